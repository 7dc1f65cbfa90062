/*
 * tokens.c - the logins of persons that an INI has.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "auth/token.h"
#include "auth/tokenfile.h"
#include "base/mem.h"
#include "base/vec.h"
#include "cmd/tokens.h"
#include "os/tokendir.h"

struct tokens {
	const char **name;
	size_t n;
	struct keeper *keeper;
};

static size_t
find_token_name(const struct tokens *t, const char *name)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		if (strcmp(t->name[i], name) == 0)
			break;
	return i;
}

/* The number of the credential's file; (size_t)-1: it has none. */
static size_t
add_token_name(struct tokens *t, const struct credential *c)
{
	char name[TOKENFILE_NAME];
	size_t i;

	if (c->scheme != CONF_AUTH_OAUTH || !tokenfile_name(c, name))
		return (size_t)-1;
	if ((i = find_token_name(t, name)) == t->n)
		*VEC_ADD(t->name, t->n) = mem_strdup(name);
	return i;
}

/* What the login in the file is known by; NULL: nobody has logged in. */
static char *
known_by(const struct conf *c, const struct tokens *t, size_t i)
{
	struct tokendir dir;
	struct buf file;
	char id[TOKENFILE_ID];

	tokendir_init(&dir, c->state_dir, tokens_names(t));
	buf_init(&file, TOKENFILE_MAX);
	tokendir_peek(&dir, i, &file);
	tokenfile_id(&file, id);
	buf_free(&file);
	tokendir_free(&dir);
	return id[0] == '\0' ? NULL : mem_strdup(id);
}

struct tokens *
tokens_open(struct conf *c)
{
	struct tokens *t = mem_alloc(sizeof(*t));
	struct credential who;
	size_t i, at;

	for (i = 0; i < c->nprofile; i++) {
		who = credential_of_profile(&c->profile[i]);
		if ((at = add_token_name(t, &who)) != (size_t)-1)
			c->profile[i].password = known_by(c, t, at);
	}
	for (i = 0; i < c->nmailbox; i++) {
		struct conf_mailbox *m = &c->mailbox[i];

		if (m->username == NULL)
			continue;
		who = credential_of_mailbox(m);
		if ((at = add_token_name(t, &who)) != (size_t)-1)
			m->password = known_by(c, t, at);
	}
	if (t->n > 0)
		return t;
	free(t);
	return NULL;
}

struct tokendir_names
tokens_names(const struct tokens *t)
{
	return t == NULL ? (struct tokendir_names){ NULL, 0 }
			 : (struct tokendir_names){ t->name, t->n };
}

static int
keeper_has_none(struct err *err)
{
	err_set(err, ERR_RETRY, "state_dir: no helper process keeps tokens");
	return err_code(err, CAUSE_OTHER, "state_dir", SCOPE_ALL);
}

static int
read_kept(
    void *arg, const char *name, struct buf *out, bool *busy, struct err *err)
{
	const struct tokens *t = arg;

	if (t->keeper == NULL)
		return keeper_has_none(err);
	return keeper_token_read(
	    t->keeper, find_token_name(t, name), out, busy, err);
}

static int
write_kept(void *arg, const char *name, const struct buf *data, struct err *err)
{
	const struct tokens *t = arg;

	if (t->keeper == NULL)
		return keeper_has_none(err);
	return keeper_token_write(
	    t->keeper, find_token_name(t, name), data, err);
}

static void
done_kept(void *arg, const char *name)
{
	const struct tokens *t = arg;

	if (t->keeper != NULL)
		keeper_token_done(t->keeper, find_token_name(t, name));
}

void
tokens_use(struct tokens *t, struct keeper *keeper)
{
	const struct token_store store = { read_kept, write_kept, done_kept,
		t };

	if (t == NULL)
		return;
	t->keeper = keeper;
	token_keep_in(&store);
}

void
tokens_close(struct tokens *t)
{
	if (t == NULL)
		return;
	token_keep_in(NULL);
	while (t->n > 0)
		free((void *)(uintptr_t)t->name[--t->n]);
	free(t->name);
	free(t);
}
