/*
 * cryptpem.c - the objects in a PEM file.
 */
#include <bearssl.h>
#include <string.h>

#include "base/cryptpem.h"
#include "base/mem.h"

/* What the decoder knows of the object that it is in. */
struct object {
	struct buf *der; /* NULL: it is passed over */
};

static void
add_der(void *arg, const void *p, size_t n)
{
	struct object *o = arg;

	if (o->der != NULL)
		buf_add(o->der, p, n);
}

static int
which_name(const char *const *names, const char *name)
{
	int i;

	for (i = 0; names[i] != NULL; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}

/* Takes what the decoder says. 1: the object is whole; 0: go on. */
static int
take_event(br_pem_decoder_context *c, struct object *o, struct buf *der,
    const char *const *names, int *which)
{
	switch (br_pem_decoder_event(c)) {
	case BR_PEM_BEGIN_OBJ:
		*which = which_name(names, br_pem_decoder_name(c));
		o->der = *which == -1 ? NULL : der;
		br_pem_decoder_setdest(c, add_der, o);
		return 0;
	case BR_PEM_END_OBJ:
		return o->der != NULL && !der->over;
	case BR_PEM_ERROR:
		buf_reset(der);
		o->der = NULL;
		return 0;
	default:
		return 0;
	}
}

int
cryptpem_first(
    struct buf *der, const char *text, size_t len, const char *const *names)
{
	br_pem_decoder_context c;
	struct object o = { NULL };
	int which = -1, done = 0;
	size_t n;

	br_pem_decoder_init(&c);
	while (!done && len > 0) {
		n = br_pem_decoder_push(&c, text, len);
		text += n;
		len -= n;
		done = take_event(&c, &o, der, names, &which);
	}
	if (!done) { /* the last line may lack its end */
		br_pem_decoder_push(&c, "\n", 1);
		done = take_event(&c, &o, der, names, &which);
	}
	mem_wipe(&c, sizeof(c));
	return done ? which : -1;
}
