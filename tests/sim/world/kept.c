/*
 * kept.c - properties that were written.
 */
#include "world/kept.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name, *guid;
} SET[] = {
	{ "Address", "00062004-0000-0000-c000-000000000046" },
	{ "Appointment", "00062002-0000-0000-c000-000000000046" },
	{ "CalendarAssistant", "11000e07-b51b-40d6-af21-caa85edab1d0" },
	{ "Common", "00062008-0000-0000-c000-000000000046" },
	{ "InternetHeaders", "00020386-0000-0000-c000-000000000046" },
	{ "Meeting", "6ed8da90-450b-101b-98da-00aa003f1305" },
	{ "PublicStrings", "00020329-0000-0000-c000-000000000046" },
	{ "Sharing", "00062040-0000-0000-c000-000000000046" },
	{ "Task", "00062003-0000-0000-c000-000000000046" },
	{ "UnifiedMessaging", "4442858e-a9e3-4e80-b900-317a210cc15b" },
};

const struct kept *
kept_find(const struct mail *m, const char *key)
{
	const struct kept *k;

	for (k = m->kept; k != NULL; k = k->next)
		if (strcmp(k->key, key) == 0)
			return k;
	return NULL;
}

const char *
kept_text(const struct mail *m, const char *key)
{
	const struct kept *k = kept_find(m, key);

	return k != NULL ? k->v[0] : NULL;
}

void
kept_set(struct mail *m, const char *key, const char *const *v, int n)
{
	struct kept **at = &m->kept, *k;
	int i;

	while (*at != NULL && strcmp((*at)->key, key) != 0)
		at = &(*at)->next;
	if (*at != NULL)
		*at = (*at)->next;
	if (n == 0)
		return;
	k = arena_alloc(&m->a, sizeof(*k));
	k->key = arena_str(&m->a, key);
	k->v = arena_alloc(&m->a, (size_t)n * sizeof(*k->v));
	for (i = 0; i < n; i++)
		k->v[i] = arena_str(&m->a, v[i]);
	k->n = n;
	k->next = m->kept;
	m->kept = k;
}

void
kept_one(struct mail *m, const char *key, const char *v)
{
	kept_set(m, key, &v, v != NULL);
}

void
kept_copy(struct mail *to, const struct mail *from)
{
	const struct kept *k;

	for (k = from->kept; k != NULL; k = k->next)
		kept_set(to, k->key, k->v, k->n);
}

const char *
kept_set_id(const struct ext *e)
{
	size_t i;

	for (i = 0; e->set_name != NULL && i < sizeof(SET) / sizeof(SET[0]);
	     i++)
		if (strcmp(e->set_name, SET[i].name) == 0)
			return SET[i].guid;
	return e->set_id;
}

static void
small_letters(struct sb *b, const char *s)
{
	for (; *s != 0; s++)
		sb_ch(b, (char)tolower((unsigned char)*s));
}

void
kept_ext_key(struct sb *b, const struct ext *e)
{
	const char *set = kept_set_id(e);

	if (e->tag != 0) {
		sb_fmt(b, "0x%x", e->tag);
	} else {
		small_letters(b, set != NULL ? set : "");
		if (e->id != NULL)
			sb_fmt(b, "/%ld", strtol(e->id, NULL, 10));
		else if (set != NULL && strncmp(set, "00020386", 8) == 0)
			SB_LIT(b, ":"), small_letters(b, e->name);
		else
			sb_fmt(b, ":%s", e->name);
	}
	sb_fmt(b, " %s", e->type);
}

const struct kept *
kept_ext(const struct mail *m, const struct ext *e)
{
	const struct kept *k;
	struct sb key = { 0 };

	if (m->kept == NULL)
		return NULL;
	kept_ext_key(&key, e);
	k = kept_find(m, key.p);
	sb_free(&key);
	return k;
}
