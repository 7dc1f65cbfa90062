/*
 * jsonpeer.c - jansson.
 */
#include <jansson.h>
#include <string.h>

#include "jsonpeer.h"

const void *
jsonpeer_read(const void *data, size_t n, enum jsonpeer_says *says)
{
	json_error_t e;
	json_t *t = json_loadb(data, n,
	    JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL |
		JSON_REJECT_DUPLICATES,
	    &e);

	*says = JSONPEER_TAKEN;
	if (t == NULL)
		switch (json_error_code(&e)) {
		case json_error_numeric_overflow:
		case json_error_null_byte_in_key:
			*says = JSONPEER_OTHER;
			break;
		case json_error_duplicate_key:
			*says = JSONPEER_TWICE;
			break;
		default:
			*says = strstr(e.text, "invalid Unicode") != NULL
				    ? JSONPEER_OTHER
				    : JSONPEER_REFUSED;
		}
	return t;
}

void
jsonpeer_free(const void *t)
{
	json_decref((json_t *)(size_t)t);
}

char
jsonpeer_type(const void *t)
{
	switch (json_typeof((const json_t *)t)) {
	case JSON_OBJECT:
		return '{';
	case JSON_ARRAY:
		return '[';
	case JSON_STRING:
		return 's';
	case JSON_TRUE:
		return 't';
	case JSON_FALSE:
		return 'f';
	case JSON_NULL:
		return 'z';
	default:
		return 'n';
	}
}

const char *
jsonpeer_string(const void *t, size_t *len)
{
	*len = json_string_length(t);
	return json_string_value(t);
}

double
jsonpeer_number(const void *t)
{
	return json_number_value(t);
}

void
jsonpeer_each(const void *t,
    void (*f)(void *arg, const char *key, const void *value), void *arg)
{
	json_t *in = (json_t *)(size_t)t;
	size_t i;
	void *at;

	if (json_is_array(in)) {
		for (i = 0; i < json_array_size(in); i++)
			f(arg, NULL, json_array_get(in, i));
		return;
	}
	for (at = json_object_iter(in); at != NULL;
	     at = json_object_iter_next(in, at))
		f(arg, json_object_iter_key(at), json_object_iter_value(at));
}
