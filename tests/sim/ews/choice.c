/*
 * choice.c - names of numbers.
 */
#include "ews/choice.h"

#include <string.h>

#include "world/kept.h"
#include "world/mail.h"

const char *const CHOICE_IMPORTANCE[] = {
	[IMPORTANCE_LOW] = "Low",
	[IMPORTANCE_NORMAL] = "Normal",
	[IMPORTANCE_HIGH] = "High",
	NULL,
};

const char *const CHOICE_SENSITIVITY[] = {
	[SENSITIVITY_NORMAL] = "Normal",
	[SENSITIVITY_PERSONAL] = "Personal",
	[SENSITIVITY_PRIVATE] = "Private",
	[SENSITIVITY_CONFIDENTIAL] = "Confidential",
	NULL,
};

const char *const CHOICE_FLAG[] = {
	[FLAG_NONE] = "NotFlagged",
	[FLAG_DONE] = "Complete",
	[FLAG_SET] = "Flagged",
	NULL,
};

const char *const CHOICE_ANSWER[] = {
	[ANSWER_NONE] = "NoResponseReceived",
	[ANSWER_ACCEPT] = "Accept",
	[ANSWER_TENTATIVE] = "Tentative",
	[ANSWER_DECLINE] = "Decline",
	NULL,
};

int
choice_of(const char *const *names, const char *name)
{
	int i;

	for (i = 0; names[i] != NULL; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}
