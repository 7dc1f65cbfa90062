/*
 * confprint.c - the configuration as text: --check, and the example.
 * 1. Both come from the table in confkeys.c and from nothing else.
 * 2. No secret is printed.
 */
#include <string.h>

#include "base/wrap.h"
#include "conf/conf.h"
#include "conf/confkeys.h"
#include "conf/conftype.h"

static void
print_part(
    enum conf_section section, const char *name, const void *base, FILE *out)
{
	const struct conf_section_info *info = &confkeys_section[section];
	const struct conf_key *k;
	size_t i;

	fprintf(out, "%s[%s%s%s]\n", section == CONF_EXSYNC ? "" : "\n",
	    info->word, name == NULL ? "" : " ", name == NULL ? "" : name);
	for (i = 0; (k = confkeys_at(i)) != NULL; i++)
		if (k->section == section)
			conftype_print(k, base, out);
}

void
conf_print_rules(const struct conf *c, FILE *out)
{
	size_t i;

	for (i = 0; i < c->nrule; i++)
		print_part(CONF_RULE, c->rule[i].name, &c->rule[i], out);
}

void
conf_print(const struct conf *c, FILE *out)
{
	size_t i;

	print_part(CONF_EXSYNC, NULL, c, out);
	print_part(CONF_DIRECTORY, NULL, c, out);
	for (i = 0; i < c->nprofile; i++)
		print_part(
		    CONF_PROFILE, c->profile[i].name, &c->profile[i], out);
	for (i = 0; i < c->nmailbox; i++)
		print_part(
		    CONF_MAILBOX, c->mailbox[i].name, &c->mailbox[i], out);
	conf_print_rules(c, out);
}

void
conf_print_privacy(const struct conf *c, FILE *out)
{
	size_t i;

	for (i = 0; i < c->nmailbox; i++) {
		if (c->mailbox[i].privacy == CONF_PRIVACY_HEADERS)
			fprintf(out, "%s\n", c->mailbox[i].address);
	}
}

/* Prints text as comment lines. */
static void
print_help(const char *text, FILE *out)
{
	wrap_put(out, "; ", "; ", text);
}

static void
print_key(const struct conf_key *k, FILE *out)
{
	const char *value = k->example != NULL ? k->example : k->def;
	bool wide;

	if (k->help != NULL) {
		fputc('\n', out);
		print_help(k->help, out);
	}
	wide = strlen(k->name) + strlen(value) + 4 > WRAP_WIDTH;
	fprintf(out, "%s%s%s%s\n", k->flags & CONF_SHOWN ? "" : ";", k->name,
	    wide ? "=" : " = ", value);
}

static void
print_rule(FILE *out)
{
	int i;

	for (i = 0; i < WRAP_WIDTH - 1; i++)
		fputc(i == 0 ? ';' : '-', out);
	fputc('\n', out);
}

void
conf_example(FILE *out)
{
	const struct conf_key *k;
	enum conf_section s;
	size_t i;

	print_help("exsync.ini: copy this file, change what is yours, then run "
		   "exsync --check.",
	    out);
	fputs(";\n", out);
	print_help(
	    "A line is key = value. A comment begins with ; at the start "
	    "of a line or after white space. A list is separated by "
	    "commas and goes on in the next line when that begins with "
	    "white space. A line has at most 197 bytes. A key that is "
	    "commented out with ; shows its default, or an example when "
	    "it has none.",
	    out);
	for (s = 0; s < CONF_NSECTION; s++) {
		const struct conf_section_info *info = &confkeys_section[s];

		fputc('\n', out);
		print_rule(out);
		print_help(info->help, out);
		fprintf(out, "[%s%s%s]\n", info->word,
		    info->example == NULL ? "" : " ",
		    info->example == NULL ? "" : info->example);
		for (i = 0; (k = confkeys_at(i)) != NULL; i++)
			if (k->section == s)
				print_key(k, out);
	}
}
