/* The table's header must compile alone, as C and as C++, in every standard, included twice. */
#include "farspan/api_table.h"

farspan_api table;
farspan_status (*create)(const farspan_rope_config*, const farspan_remap_config*, const farspan_bias_config*,
                         const farspan_mask_config*, const farspan_score_config*, farspan_scheme**, farspan_error*);
void take(const farspan_api* api);
void take(const farspan_api* api) {
    create = api->scheme_create; /* an entry has the type of its function */
}
