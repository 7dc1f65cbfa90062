# Fuzz targets: every tests/fuzz/fuzz_*.c with libFuzzer, ASan and UBSan, into
# build/fuzz/. tests/fuzz/run runs them.

FUZZ_CC ?= clang
FUZZ_FLAGS := -O1 -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer -Itests/fuzz
FUZZ_NAMES := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
# What reads from outside; nothing above it.
FUZZ_SRC := $(filter-out src/cmd/% src/os/% src/sync/% src/store/%,$(SRC))
FUZZ_OBJ := $(FUZZ_SRC:%.c=build/fuzz/%.o) build/fuzz/tests/fuzz/soaprun.o
FUZZ_JSON := json jsonwalk jsonwrite
# In these the network is memsock.c.
FUZZ_MEM := http ews x509 tls
FUZZ_MEMOBJ := $(filter-out %/net/sock.o,$(FUZZ_OBJ)) \
	build/fuzz/tests/fuzz/memsock.o

FUZZ_STOREOBJ := $(FUZZ_OBJ) \
	$(patsubst %.c,build/fuzz/%.o,$(wildcard src/store/*.c))
# In this one the fault points are the target's own.
FUZZ_COPIESOBJ := $(FUZZ_OBJ) \
	$(patsubst %.c,build/fuzz/fault/%.o,$(wildcard src/store/*.c))

.PHONY: fuzz-build fuzz-store fuzz-store-long
# The store's targets: so many inputs, and half an hour of each.
fuzz-store:
	@FUZZ_RUNS=300 tests/fuzz/run store copies

fuzz-store-long:
	@FUZZ_SECONDS=1800 tests/fuzz/run store copies

fuzz-build: $(FUZZ_NAMES:%=build/fuzz/fuzz_%)

build/fuzz/%.o: %.c
	@mkdir -p $(@D)
	$(FUZZ_CC) $(BASE) $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link -c -o $@ $<

build/fuzz/fault/%.o: %.c
	@mkdir -p $(@D)
	$(FUZZ_CC) $(BASE) $(FUZZ_FLAGS) -DEXSYNC_FAULT \
	    -fsanitize=fuzzer-no-link -c -o $@ $<

$(FUZZ_MEM:%=build/fuzz/fuzz_%): build/fuzz/fuzz_%: \
    build/fuzz/tests/fuzz/fuzz_%.o $(FUZZ_MEMOBJ)
	$(FUZZ_CC) -fsanitize=fuzzer,address,undefined -o $@ $^ $(VENDOR_LIBS)

build/fuzz/fuzz_store: build/fuzz/tests/fuzz/fuzz_store.o $(FUZZ_STOREOBJ)
	$(FUZZ_CC) -fsanitize=fuzzer,address,undefined -o $@ $^ $(VENDOR_LIBS)

build/fuzz/fuzz_copies: build/fuzz/fault/tests/fuzz/fuzz_copies.o \
    $(FUZZ_COPIESOBJ)
	$(FUZZ_CC) -fsanitize=fuzzer,address,undefined -o $@ $^ $(VENDOR_LIBS)

build/fuzz/fuzz_%: build/fuzz/tests/fuzz/fuzz_%.o $(FUZZ_OBJ)
	$(FUZZ_CC) -fsanitize=fuzzer,address,undefined -o $@ $^ $(VENDOR_LIBS)

# Their peer is another library.
$(FUZZ_JSON:%=build/fuzz/fuzz_%): build/fuzz/fuzz_%: \
    build/fuzz/tests/fuzz/fuzz_%.o build/fuzz/tests/fuzz/jsonpeer.o $(FUZZ_OBJ)
	$(FUZZ_CC) -fsanitize=fuzzer,address,undefined -o $@ $^ $(VENDOR_LIBS) \
	    -ljansson

# Its peer is the library that everybody compresses with.
build/fuzz/fuzz_inflate: VENDOR_LIBS += -lz

.PRECIOUS: build/fuzz/%.o build/fuzz/fault/%.o
-include $(wildcard build/fuzz/src/*/*.d build/fuzz/tests/fuzz/*.d \
    build/fuzz/fault/*/*/*.d)
