/* mbedTLS: what processors do themselves. A unit of its own: inlined into others, its assembly is more than clang can follow. */
#include <aesce.c>
#include <aesni.c>
