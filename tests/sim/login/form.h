/*
 * form.h - a body of application/x-www-form-urlencoded.
 * Floor: login.
 */
#ifndef SIM_FORM_H
#define SIM_FORM_H

#include <stdbool.h>
#include <stddef.h>

#define FORM_FIELDS 24

struct form {
	struct {
		char *name, *value;
	} field[FORM_FIELDS];
	int n;
	const char *twice; /* a name that is there more than once, or NULL */
};

/* False: it is no such body. form_free either way. */
bool form_read(struct form *, const char *body, size_t len);
void form_free(struct form *);
/* NULL: there is no such field, or it is empty. */
const char *form_get(const struct form *, const char *name);

#endif
