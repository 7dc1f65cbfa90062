/*
 * webpage.c - a web page instead of the service.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "web/webpage.h"

/* Of a redirect's address; a message has room for it and for what to do. */
#define WHERE_MAX 640
/* As browsers read it, and so servers write it. */
#define SLASH "/\\"

/*
 * Puts an address as the server wrote it, without user and password if it has
 * them: the text goes to logs and to the database.
 */
static void
show_address(char *out, size_t size, const char *to)
{
	const char *host = to + strcspn(to, SLASH "?#"), *at = NULL;
	size_t n = 0;

	if (strspn(host, SLASH) >= 2) {
		host += 2;
		at = memrchr(host, '@', strcspn(host, SLASH "?#"));
	}
	if (at != NULL) {
		n = str_printable(out, size, to, (size_t)(host - to));
		to = at + 1;
	}
	str_printable(out + n, size - n, to, strlen(to));
}

static bool
is_login_page(const char *lower)
{
	return strstr(lower, "logon") != NULL ||
	       strstr(lower, "login") != NULL ||
	       strstr(lower, "/internalsite/") != NULL;
}

int
webpage_redirect(const struct webpage_service *service,
    const struct http_response *resp, struct buf *scratch, struct err *err)
{
	const char *to = str_nn(http_get(resp, "Location", 0, scratch));
	char where[WHERE_MAX], lower[WHERE_MAX];

	show_address(where, sizeof(where), to);
	snprintf(lower, sizeof(lower), "%s", where);
	str_lower(lower);
	if (strstr(lower, "genericerrorpage") != NULL) {
		err_set(err, ERR_RETRY,
		    "the server shows its error page "
		    "(HTTP %d): tried again, later each time",
		    resp->status);
		return err_code(err, CAUSE_HTTP, "http-302", SCOPE_MAILBOX);
	}
	if (is_login_page(lower))
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
