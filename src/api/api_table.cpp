#include "farspan/api_table.h"

#define ENTRY(name) farspan_##name,
static constexpr farspan_api table{sizeof(farspan_api), FARSPAN_ABI_VERSION, FARSPAN_API_LIST(ENTRY)};
#undef ENTRY

extern "C" const farspan_api* farspan_get_api(uint32_t abi_version) {
    return abi_version == FARSPAN_ABI_VERSION ? &table : nullptr;
}
