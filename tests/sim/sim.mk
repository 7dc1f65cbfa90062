# The Exchange simulator: its own program on its own libraries.

SIM := build/sim/exsim
SIM_PKGS := libmicrohttpd gnutls libxml-2.0 gmime-3.0 krb5-gssapi zlib jansson
SIM_SRC := $(wildcard tests/sim/*.c tests/sim/*/*.c)
SIM_V ?= release
SIM_B := $(if $(filter release,$(SIM_V)),build/sim,build/sim-$(SIM_V))
SIM_OBJ := $(SIM_SRC:tests/sim/%.c=$(SIM_B)/%.o)
SIM_FLAGS_release := -O2
SIM_FLAGS_asan := -O1 -fsanitize=address,undefined \
	-fno-sanitize-recover=all -fno-omit-frame-pointer
SIM_FLAGS_tsan := -O1 -fsanitize=thread
# Foreign headers are not ours to warn about.
SIM_CFLAGS = -std=c11 -D_GNU_SOURCE -Itests/sim $(WARN) -MMD -MP -g -pthread \
	$(patsubst -I%,-isystem %,$(shell pkg-config --cflags $(SIM_PKGS)))

.PHONY: sim
sim: $(SIM_B)/exsim

$(SIM_B)/exsim: $(SIM_OBJ)
	$(CC) $(SIM_FLAGS_$(SIM_V)) -pthread -o $@ $^ \
	    $$(pkg-config --libs $(SIM_PKGS))

$(SIM_B)/%.o: tests/sim/%.c
	@mkdir -p $(@D)
	$(CC) $(SIM_CFLAGS) $(SIM_FLAGS_$(SIM_V)) -c -o $@ $<

-include $(wildcard $(SIM_B)/*.d $(SIM_B)/*/*.d)
