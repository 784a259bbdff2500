/* Symbol visibility. Users of the static library define FARSPAN_STATIC (CMake and pkg-config do it for them). */
#ifndef FARSPAN_EXPORT_H
#define FARSPAN_EXPORT_H

#if defined(FARSPAN_STATIC) || !defined(__GNUC__)
#define FARSPAN_API
#else
#define FARSPAN_API __attribute__((visibility("default")))
#endif

#endif
