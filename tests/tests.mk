# The targets around the program. Each installs what it needs and is missing
# (tests/setup.sh); the simulator and the fuzz targets have fragments of
# their own.

include $(wildcard tests/*/*.mk)

test:
	@tests/run

lint:
	@tests/setup.sh build sim lint
	@tests/lint.sh

demo:
	@tests/setup.sh build sim demo
	@tests/demo.sh

bench:
	@tests/setup.sh build sim bench
	@tests/bench/run

.PHONY: bench-quick
bench-quick:
	@tests/setup.sh build sim bench
	@tests/bench/quick

fault:
	@tests/setup.sh build sim test
	@tests/fault/run

fuzz:
	@tests/setup.sh build sim lint
	@tests/fuzz/run

$(B)/bench/floor: tests/bench/floor.c
	@mkdir -p $(@D)
	$(CC) $(BASE) $(FLAGS_release) $(LINK_release) -o $@ $< $(VENDOR_LIBS) \
	    2>$@.log || { cat $@.log >&2; exit 1; }

$(B)/bench/wan: tests/bench/wan.c
	@mkdir -p $(@D)
	$(CC) $(BASE) $(FLAGS_$(V)) -o $@ $< $(filter -fsanitize%,$(LINK_$(V)))

# Its peer is a TLS library that exsync does not use.
$(B)/unit/test_tls $(B)/unit/test_tlsauth $(B)/unit/test_tlsresume $(B)/unit/test_chain: VENDOR_LIBS += -lgnutls

# What they unpack was packed by somebody else.
$(B)/unit/test_inflate $(B)/unit/test_httpgzip $(B)/unit/test_answer: VENDOR_LIBS += -lz

# Their time is the test's own.
$(B)/unit/test_partycsv: VENDOR_LIBS += -Wl,--wrap=tim_now,--wrap=tim_sleep
$(B)/unit/test_store_lasting: VENDOR_LIBS += -Wl,--wrap=tim_now
$(B)/unit/test_store_state: VENDOR_LIBS += -Wl,--wrap=tim_mono
$(B)/unit/test_ask $(B)/unit/test_busy $(B)/unit/test_token $(B)/unit/test_login: VENDOR_LIBS += -Wl,--wrap=tim_mono,--wrap=tim_sleep

$(B)/unit/test_tlssessions $(B)/unit/test_tlsresume: VENDOR_LIBS += -Wl,--wrap=tim_mono,--wrap=tim_now

# They see each buffer grow.
$(B)/unit/test_request $(B)/unit/test_conffile: VENDOR_LIBS += -Wl,--wrap=mem_grow

# It counts hashes.
$(B)/unit/test_redact: VENDOR_LIBS += -Wl,--wrap=crypt_hmac_with

# It counts what expat gets.
$(B)/unit/test_xmltext: VENDOR_LIBS += -Wl,--wrap=XML_Parse

# It stands between the program and its terminal.
$(B)/unit/test_progress: VENDOR_LIBS += -Wl,--wrap=write

# A disk that fails.
$(B)/unit/test_seal: VENDOR_LIBS += -Wl,--wrap=fsync,--wrap=close

# They look into all memory that is given back.
$(B)/unit/test_wiped $(B)/unit/test_tlsresume: VENDOR_LIBS += -Wl,--wrap=free,--wrap=realloc

# With its names, so that its instructions can be counted.
$(B)/bench/bench_json: $(B)/tests/bench/bench_json.o $(OBJ)
	@mkdir -p $(@D)
	$(CC) $(filter-out -s,$(LINK_$(V))) -o $@ $^ $(VENDOR_LIBS) \
	    2>$@.log || { cat $@.log >&2; exit 1; }
