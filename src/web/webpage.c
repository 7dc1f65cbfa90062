/*
 * webpage.c - a web page instead of the service.
 */
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/str.h"
#include "web/webpage.h"

int
webpage_redirect(const struct webpage_service *service,
    const struct http_response *resp, struct buf *scratch, struct err *err)
{
	const char *to = str_nn(http_get(resp, "Location", 0, scratch));
	char where[256];

	str_printable(where, sizeof(where), to, strlen(to));
	str_lower(where);
	if (strstr(where, "genericerrorpage") != NULL) {
		err_set(err, ERR_RETRY,
		    "the server shows its error page "
		    "(HTTP %d): tried again, later each time",
		    resp->status);
		return err_code(err, CAUSE_HTTP, "http-302", SCOPE_MAILBOX);
	}
	if (strstr(where, "logon") != NULL || strstr(where, "login") != NULL ||
	    strstr(where, "/internalsite/") != NULL)
		err_set(err, ERR_CONFIG,
		    "the server sends to the login page "
		    "%s instead of answering: publish %s without a login "
		    "form in front, or set url to the server itself",
		    where, service->path);
	else
		err_set(err, ERR_CONFIG,
		    "the server sends elsewhere, to %s "
		    "(HTTP %d), and no password goes there: check it and "
		    "write it as url",
		    where, resp->status);
	return err_code(err, CAUSE_NOT_SERVICE, "http-302", SCOPE_MAILBOX);
}

static bool
is_html(const char *type, const char *begins)
{
	return strstr(type, "html") != NULL || strstr(type, "HTML") != NULL ||
	       str_ieqn(begins, "<html", 5) ||
	       str_ieqn(begins, "<!doctype h", 11);
}

int
webpage_success(const struct webpage_service *service,
    const struct http_response *resp, const char *begins, struct buf *scratch,
    struct err *err)
{
	const char *type = str_nn(http_get(resp, "Content-Type", 0, scratch));
	char said[80];
	bool html;

	if (begins == NULL) {
		err_set(err, ERR_RETRY, "the server's answer is empty");
		return err_code(err, CAUSE_OTHER, "empty", SCOPE_MAILBOX);
	}
	str_printable(said, sizeof(said), type, strlen(type));
	html = is_html(said, begins);
	if (!html && strstr(said, service->format) != NULL)
		return 0;
	err_set(err, ERR_CONFIG,
	    "the server answered with %s, not "
	    "with %s: check server or url, and that no login page "
	    "or proxy stands in between",
	    html              ? "a web page"
	    : said[0] == '\0' ? "something"
			      : said,
	    service->name);
	return err_code(err, CAUSE_NOT_SERVICE, service->code, SCOPE_MAILBOX);
}
