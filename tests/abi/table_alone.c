/* The table's header must compile alone, as C and as C++, in every standard, included twice. */
#include "farspan/api_table.h"

farspan_api table;
farspan_status (*create)(const farspan_scheme_parts*, farspan_scheme**, farspan_error*);
void take(const farspan_api* api);
void take(const farspan_api* api) { create = api->scheme_create; /* an entry has the type of its function */ }
