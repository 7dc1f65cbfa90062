# Finds each library of vendor/packages. Sets VENDOR_CFLAGS and VENDOR_LIBS;
# the target vendor-check names what is missing and how to install it.
#
# A source tree at vendor/<name>/ goes before the system's package. It is
# built into build/vendor/ by the rules at the end of this file.

VENDOR := bearssl expat sqlite3 inih
VENDOR_TREES := $(foreach v,$(VENDOR),$(if $(wildcard vendor/$(v)/.),$(v)))
VENDOR_SYSTEM := $(filter-out $(VENDOR_TREES),$(VENDOR))

VENDOR_INC_bearssl := vendor/bearssl/inc
VENDOR_INC_expat := vendor/expat/lib
VENDOR_INC_sqlite3 := vendor/sqlite3
VENDOR_INC_inih := vendor/inih
VENDOR_LIB_bearssl := -lbearssl
VENDOR_LIB_expat := -lexpat
VENDOR_LIB_sqlite3 := -lsqlite3
VENDOR_LIB_inih := -linih

VENDOR_BUILT := $(VENDOR_TREES:%=build/vendor/lib%.a)
VENDOR_CFLAGS := $(foreach v,$(VENDOR_TREES),-isystem $(VENDOR_INC_$(v)))
VENDOR_LIBS := $(VENDOR_BUILT) \
	$(foreach v,$(VENDOR_SYSTEM),$(VENDOR_LIB_$(v))) -lpthread -ldl -lm

.PHONY: vendor-check
vendor-check:
	@missing=; for v in $(VENDOR_SYSTEM); do \
		set -- $$(grep "^$$v	" vendor/packages | \
		    sed 's/public domain/public-domain/'); \
		echo "#include <$$5>" | $(CC) $(VENDOR_CFLAGS) -E -x c - \
		    >/dev/null 2>&1 && \
		test -f "$$($(CC) -print-file-name=$$6)" || \
		    missing="$$missing $$4"; \
	done; \
	if [ -n "$$missing" ]; then \
		echo "exsync needs these development packages:$$missing" >&2; \
		echo "install them with: apt-get install$$missing" >&2; \
		echo "(or unpack their sources into vendor/<name>/, see" \
		    "vendor/packages)" >&2; \
		exit 1; \
	fi

build/vendor/libbearssl.a: $(wildcard vendor/bearssl/src/*.c \
    vendor/bearssl/src/*/*.c)
	@mkdir -p build/vendor/bearssl
	cd build/vendor/bearssl && for f in $(abspath $^); do \
		$(CC) -O2 -fPIE -I$(CURDIR)/vendor/bearssl/inc \
		    -I$(CURDIR)/vendor/bearssl/src -c $$f || exit 1; done
	$(AR) rcs $@ build/vendor/bearssl/*.o

build/vendor/libexpat.a: vendor/expat/lib/xmlparse.c \
    vendor/expat/lib/xmlrole.c vendor/expat/lib/xmltok.c
	@mkdir -p build/vendor/expat
	cd build/vendor/expat && $(CC) -O2 -fPIE -DXML_GE=1 -DXML_DTD -DXML_NS \
	    -DXML_CONTEXT_BYTES=1024 -DHAVE_GETRANDOM \
	    -I$(CURDIR)/vendor/expat/lib -c $(abspath $^)
	$(AR) rcs $@ build/vendor/expat/*.o

build/vendor/libsqlite3.a: vendor/sqlite3/sqlite3.c
	@mkdir -p build/vendor/sqlite3
	$(CC) -O2 -fPIE -DSQLITE_THREADSAFE=1 -DSQLITE_OMIT_LOAD_EXTENSION -c $< \
	    -o build/vendor/sqlite3/sqlite3.o
	$(AR) rcs $@ build/vendor/sqlite3/sqlite3.o

build/vendor/libinih.a: vendor/inih/ini.c
	@mkdir -p build/vendor/inih
	$(CC) -O2 -fPIE -c $< -o build/vendor/inih/ini.o
	$(AR) rcs $@ build/vendor/inih/ini.o
