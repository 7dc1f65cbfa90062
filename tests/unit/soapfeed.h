/*
 * soapfeed.h - for tests: an answer through a parser of ews/, in pieces.
 */
#ifndef TESTS_SOAPFEED_H
#define TESTS_SOAPFEED_H

#include <string.h>

#include "ews/soap.h"

#define NS                                                                     \
	" xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\""               \
	" xmlns:m=\"http://schemas.microsoft.com/exchange/services/2006/"      \
	"messages\" xmlns:t=\"http://schemas.microsoft.com/exchange/services/" \
	"2006/types\""
#define NS_ERRORS                                                              \
	" xmlns:e=\"http://schemas.microsoft.com/exchange/services/2006/"      \
	"errors\""
#define ENV(body)                                                              \
	"<?xml version=\"1.0\" encoding=\"utf-8\"?><s:Envelope" NS             \
	"><s:Header><h:ServerVersionInfo MajorVersion=\"15\" "                 \
	"MinorVersion=\"2\" MajorBuildNumber=\"2562\" "                        \
	"MinorBuildNumber=\"17\" Version=\"V2018_01_08\" "                     \
	"xmlns:h=\"http://schemas.microsoft.com/exchange/services/2006/types"  \
	"\"/>"                                                                 \
	"</s:Header><s:Body>" body "</s:Body></s:Envelope>"
#define RESP(op, msgs)                                                         \
	"<m:" op "Response><m:ResponseMessages>" msgs                          \
	"</m:ResponseMessages></m:" op "Response>"
#define OKMSG(op, data)                                                        \
	"<m:" op "ResponseMessage ResponseClass=\"Success\">"                  \
	"<m:ResponseCode>NoError</m:ResponseCode>" data "</m:" op              \
	"ResponseMessage>"
#define BADMSG(op, code, text, more)                                           \
	"<m:" op "ResponseMessage ResponseClass=\"Error\">"                    \
	"<m:MessageText>" text "</m:MessageText><m:ResponseCode>" code         \
	"</m:ResponseCode><m:DescriptiveLinkKey>0</m:DescriptiveLinkKey>" more \
	"</m:" op "ResponseMessage>"

/* step 0: all at once. s->text is the scratch; the caller closes s. */
static inline int
soapfeed(struct soap *s, const struct soap_ops *ops, void *arg, const char *xml,
    size_t step, struct err *err)
{
	size_t len = strlen(xml), i, n;

	soap_open(s, ops, arg, s->text);
	for (i = 0; i < len; i += n) {
		n = step == 0 || step > len - i ? len - i : step;
		if (soap_feed(s, xml + i, n, err) == -1)
			return -1;
	}
	return soap_end(s, err);
}

#endif
