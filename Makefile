# exsync. The two commands: make demo, make test. The rest: make help.

CC ?= cc
VERSION := 0.1.0
V ?= release
B := build/$(V)

.DEFAULT_GOAL := all
include vendor/vendor.mk

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wwrite-strings -Wpointer-arith -Wvla -Wformat=2
ifneq ($(CI)$(WERROR),)
WARN += -Werror
endif
BASE := -std=c11 -D_GNU_SOURCE -DEXSYNC_VERSION='"$(VERSION)"' -Isrc \
	$(WARN) $(VENDOR_CFLAGS) -MMD -MP -g -pthread

# One build folder per variant.
# Static, and yet at another address each time: the archives must be PIC.
# Nothing here unwinds the stack at run time; debuggers have -g.
FLAGS_release := -O2 -fPIE -fstack-protector-strong -D_FORTIFY_SOURCE=2 \
	-fno-asynchronous-unwind-tables -ffunction-sections
LINK_release := -static-pie -s -Wl,-z,relro,-z,now,-z,text \
	-Wl,--gc-sections
FLAGS_asan := -O1 -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer -DEXSYNC_FAULT
LINK_asan := -fsanitize=address,undefined
FLAGS_tsan := -O1 -fsanitize=thread -DEXSYNC_FAULT
LINK_tsan := -fsanitize=thread
FLAGS_fault := -O1 -DEXSYNC_FAULT
LINK_fault :=

SRC := $(filter-out src/cmd/main.c,$(wildcard src/*/*.c))
OBJ := $(SRC:%.c=$(B)/%.o)
UNIT := $(patsubst tests/unit/%.c,$(B)/unit/%,$(wildcard tests/unit/test_*.c))

.PHONY: all unit demo test lint bench fault fuzz clean help install
all: exsync

exsync: $(if $(filter release,$(V)),$(B)/exsync)
	@cp -f $(B)/exsync $@

$(B)/exsync: $(B)/exsync.o $(OBJ) | $(VENDOR_BUILT)
	$(CC) $(LINK_$(V)) -o $@ $^ $(VENDOR_LIBS) 2>$(B)/link.log || \
	    { cat $(B)/link.log >&2; exit 1; }

$(B)/%.o: %.c Makefile | vendor-check
	@mkdir -p $(@D)
	$(CC) $(BASE) $(FLAGS_$(V)) $(CFLAGS) -c -o $@ $<

# Unit tests link the floors, not the program.
$(B)/unit/%: $(B)/tests/unit/%.o $(OBJ)
	@mkdir -p $(@D)
	$(CC) $(LINK_$(V)) -o $@ $^ $(VENDOR_LIBS) -lcmocka

unit: $(UNIT)

-include tests/tests.mk

clean:
	rm -rf build exsync

install: exsync
	install -D -m 755 exsync $(DESTDIR)/usr/local/bin/exsync

help:
	@echo "make          build ./exsync (static-PIE)"
	@echo "make demo     everything a newcomer wants to see, on loopback"
	@echo "make test     unit tests, cases, exchangelib proof, sanitizers"
	@echo "make lint     floors, sizes, format, clang-tidy, cppcheck"
	@echo "make bench    cost against the floor, the line and the peer (25 min)"
	@echo "make bench-quick  the same in short; fails when far off"
	@echo "make fault    crash, kill and bad network tests"
	@echo "make fuzz     every fuzz target for 20 s"

DEPS := $(OBJ:.o=.d) $(B)/exsync.d $(wildcard $(B)/tests/unit/*.d)
-include $(DEPS)
