/*
 * tested.c - what exsync --test found out.
 */
#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "sync/tested.h"

void
tested_add(struct tested_part *p, const char *name, enum tested_is is,
    int64_t ms, const char *text, const char *advice)
{
	struct tested_step *s = VEC_ADD(p->step, p->nstep);

	s->name = name;
	s->is = is;
	s->ms = ms;
	s->text = arena_strdup(&p->arena, text);
	s->advice = arena_strdup(&p->arena, advice);
}

enum tested_is
tested_is(const struct tested_part *p)
{
	enum tested_is is = p->nstep > 0 ? TESTED_GOOD : TESTED_NOT;
	size_t i;

	for (i = 0; i < p->nstep; i++) {
		if (p->step[i].is == TESTED_BAD)
			return TESTED_BAD;
		if (p->step[i].is == TESTED_NOT)
			is = TESTED_NOT;
	}
	return is;
}

void
tested_free(struct tested_part *p)
{
	free(p->step);
	arena_free(&p->arena);
	memset(p, 0, sizeof(*p));
}
