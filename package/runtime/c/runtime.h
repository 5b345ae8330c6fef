/* What the C files of polywan-run share. Natives return a value or a negative errno; the TypeScript face
 * (../src) turns the errno into a SystemError that says what was attempted. */
#ifndef POLYWAN_RUNTIME_H
#define POLYWAN_RUNTIME_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "quickjs.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* sysexits.h: EX_USAGE, EX_NOINPUT, EX_SOFTWARE */
#define EXIT_USAGE 64
#define EXIT_NO_INPUT 66
#define EXIT_SOFTWARE 70

/* A native module, imported by programs under its name. */
struct native_module {
	const char *name;
	const JSCFunctionListEntry *entries;
	int count;
	int (*init)(JSContext *ctx, JSModuleDef *module); /* may be NULL: values that no list can hold */
};

extern const struct native_module mod_checksum, mod_clock, mod_conntrack, mod_descriptor, mod_error, mod_exec, mod_file,
	mod_interface, mod_loop, mod_process, mod_program, mod_signal, mod_socket, mod_tls, mod_tun, mod_xtables;

/* A view of the bytes of a Uint8Array. Valid only until JavaScript runs again. */
struct bytes {
	uint8_t *data;
	size_t size;
};

/* value.c */
int value_bytes(JSContext *ctx, JSValueConst value, struct bytes *out); /* -1: an exception is pending */
JSValue value_new_bytes(JSContext *ctx, const void *data, size_t size);
JSValue value_result(JSContext *ctx, int64_t result); /* -1 becomes -errno */
int value_get_int(JSContext *ctx, JSValueConst object, const char *name, int32_t *out);
void value_set(JSContext *ctx, JSValueConst object, const char *name, JSValue value); /* takes `value` */
int value_is_given(JSValueConst value); /* neither undefined nor null */
char **value_strings(JSContext *ctx, JSValueConst array); /* NULL-terminated; NULL: an exception is pending */
void value_free_strings(JSContext *ctx, char **strings);

/* heap.c */
JSRuntime *heap_new_runtime(void);

/* sockaddr.c */
int sockaddr_parse(JSContext *ctx, JSValueConst address, struct sockaddr_storage *out, socklen_t *size);
JSValue sockaddr_value(JSContext *ctx, const struct sockaddr_storage *address, socklen_t size);

/* loop.c and timer.c */
void loop_init(JSContext *ctx);
int loop_run(JSContext *ctx);
void loop_free(JSContext *ctx);
void loop_after_callback(JSContext *ctx, JSValue result); /* drains micro-tasks; ends the program on an error */
int64_t timer_next_us(void); /* -1: no timer */
void timer_run_due(JSContext *ctx, int64_t now_us);
void timer_free(JSContext *ctx);
extern const JSCFunctionListEntry timer_globals[];
extern const int timer_globals_count;

/* mod_clock.c */
int64_t clock_monotonic_us(void);

/* global.c, text.c */
void global_init(JSContext *ctx);
int text_init(JSContext *ctx, JSValueConst global);

/* report.c */
void report_error(JSContext *ctx, JSValueConst error, const char *what);
void report_pending_exception(JSContext *ctx); /* prints the pending exception; the caller exits */
void report_track_rejections(JSContext *ctx);
int report_unhandled_rejection(JSContext *ctx); /* 1: there was one, and it is printed */
void report_free(JSContext *ctx);

/* program.c */
struct program {
	const char *path; /* as given on the command line */
	int argument_count; /* without the program itself */
	char **arguments;
};
extern struct program program;
extern const char *const build_id;
#define PROGRAM_START "#!/usr/bin/polywan-run\npolywan-program "
JSValue program_load(JSContext *ctx);
int program_read_map(const char *part, char **text, size_t *size); /* malloc'd, one NUL past the end; -1: there is none */
uint32_t program_sum(const uint8_t *data, size_t size);
void program_free(void);

/* compile.c */
int compile_program(JSContext *ctx, const char *out, char **sources, int count);

/* map.c: bundle lines back to source lines */
int runtime_describe_location(char *text, size_t size, const char *file, int line, int column);
void map_forget(void); /* gives the memory back; the map is read again when it is needed */

/* io.c */
int io_write_all(int fd, const void *data, size_t size); /* waits for a non-blocking fd; -errno */
int io_read_file(const char *path, uint8_t **data, size_t *size); /* malloc'd, one NUL past the end; -errno */

/* module.c */
struct part_loader { /* of the modules that a program itself is made of */
	int (*has)(const char *name);
	JSModuleDef *(*load)(JSContext *ctx, const char *name); /* NULL: an exception is pending */
};
void module_init(JSContext *ctx);
void module_set_parts(const struct part_loader *loader);

#endif
