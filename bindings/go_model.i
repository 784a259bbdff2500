/* Typemaps of model.h for Go. Texts are the bytes of a slice, lent for the call: nothing is copied, nothing is freed. */
%typemap(freearg) const char *document, const char *key, const char *content ""
FARSPAN_MEMORY(const char *document, *byte)
FARSPAN_MEMORY(const char *key, *byte)
FARSPAN_MEMORY(const char *content, *byte)
