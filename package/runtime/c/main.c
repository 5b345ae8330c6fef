/* polywan-run: runs programs compiled for this build, and plain JavaScript modules. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime.h"

#define STACK_BYTES (1024 * 1024)

static const char usage[] =
	"usage: polywan-run program [argument...]          run a program (compiled, or a JavaScript module)\n"
	"       polywan-run --compile out part.js...       compile a bundle's modules, the first of which starts it\n"
	"       polywan-run --version                      print the build of this runtime\n";

/* A descriptor below 3 that is closed would be taken by the next open file, and written to by mistake. */
static void open_standard_descriptors(void)
{
	int fd;
	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

static JSContext *new_context(void)
{
	JSRuntime *rt = heap_new_runtime();
	JSContext *ctx = rt ? JS_NewContext(rt) : NULL;
	if (!ctx) {
		fputs("polywan-run: not enough memory to start\n", stderr);
		exit(EXIT_SOFTWARE);
	}
	JS_SetMaxStackSize(rt, STACK_BYTES);
	module_init(ctx);
	report_track_rejections(ctx);
	return ctx;
}

static void free_context(JSContext *ctx)
{
#ifdef __SANITIZE_ADDRESS__ /* elsewhere the kernel is faster */
	JSRuntime *rt = JS_GetRuntime(ctx);
	timer_free(ctx);
	loop_free(ctx);
	report_free(ctx);
	map_forget();
	program_free();
	JS_FreeContext(ctx);
	JS_FreeRuntime(rt);
#else
	(void)ctx;
#endif
}

static int run(JSContext *ctx)
{
	JSValue module = program_load(ctx);
	if (JS_IsException(module)) {
		report_pending_exception(ctx);
		return EXIT_SOFTWARE;
	}
	loop_init(ctx);
	global_init(ctx);
	loop_after_callback(ctx, JS_EvalFunction(ctx, module));
	return loop_run(ctx);
}

int main(int argc, char **argv)
{
	open_standard_descriptors();
	signal(SIGPIPE, SIG_IGN);
	if (argc < 2 || strcmp(argv[1], "--help") == 0) {
		fputs(usage, argc < 2 ? stderr : stdout);
		return argc < 2 ? EXIT_USAGE : 0;
	}
	if (strcmp(argv[1], "--version") == 0) {
		printf("polywan-run, build %s, QuickJS " CONFIG_VERSION "\n", build_id);
		return 0;
	}
	int compiles = strcmp(argv[1], "--compile") == 0;
	if (argv[1][0] == '-' && (!compiles || argc < 4)) {
		fputs(usage, stderr);
		return EXIT_USAGE;
	}
	JSContext *ctx = new_context();
	program = (struct program){ argv[1], argc - 2, argv + 2 };
	int code = compiles ? compile_program(ctx, argv[2], argv + 3, argc - 3) : run(ctx);
	free_context(ctx);
	return code;
}
