/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TLS_RESOLVER_H
#define TLS_RESOLVER_H
/* Public resolvers for DNS over HTTPS, by the server's name in a hello. */

/* The resolver that the name, in any case, is or lies below; NULL if none is known. */
const char *resolver_find(const char *name);

#endif
