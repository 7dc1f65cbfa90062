/*
 * jsonprint.c - JSON that goes to a file.
 * 1. The buffer has no bound, since nothing of it comes from the network, so
 *    everything fits.
 */
#include <stdint.h>

#include "cmd/jsonprint.h"

void
jsonprint_open(struct jsonprint *p, FILE *out)
{
	buf_init(&p->text, SIZE_MAX);
	jsonwrite_open(&p->w, &p->text);
	p->out = out;
}

void
jsonprint_flush(struct jsonprint *p)
{
	fwrite(buf_str(&p->text), 1, p->text.len, p->out);
	buf_reset(&p->text);
}

void
jsonprint_close(struct jsonprint *p)
{
	jsonwrite_close(&p->w);
	jsonprint_flush(p);
	fputc('\n', p->out);
	buf_free(&p->text);
}
