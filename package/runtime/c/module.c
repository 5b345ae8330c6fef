/* The table of native modules. */
#include <string.h>

#include "runtime.h"

static const struct native_module *const modules[] = {
	&mod_checksum, &mod_clock, &mod_conntrack, &mod_descriptor, &mod_error, &mod_exec, &mod_file, &mod_interface,
	&mod_loop, &mod_process, &mod_program, &mod_signal, &mod_socket, &mod_tun, &mod_xtables,
};

static const struct native_module *find_module(JSContext *ctx, JSModuleDef *module)
{
	JSAtom atom = JS_GetModuleName(ctx, module);
	const char *name = JS_AtomToCString(ctx, atom);
	const struct native_module *found = NULL;
	for (size_t i = 0; name && i < COUNT(modules); i++)
		if (strcmp(modules[i]->name, name) == 0)
			found = modules[i];
	JS_FreeCString(ctx, name);
	JS_FreeAtom(ctx, atom);
	return found;
}

static int init_module(JSContext *ctx, JSModuleDef *module)
{
	const struct native_module *native = find_module(ctx, module);
	if (!native || JS_SetModuleExportList(ctx, module, native->entries, native->count) < 0)
		return -1;
	return native->init ? native->init(ctx, module) : 0;
}

/* Called for every import of a program: a program is one bundle, so only native modules can be meant. */
static JSModuleDef *load_module(JSContext *ctx, const char *name, void *opaque)
{
	(void)opaque;
	for (size_t i = 0; i < COUNT(modules); i++) {
		if (strcmp(modules[i]->name, name) != 0)
			continue;
		JSModuleDef *module = JS_NewCModule(ctx, name, init_module);
		if (module && JS_AddModuleExportList(ctx, module, modules[i]->entries, modules[i]->count) < 0)
			return NULL;
		return module;
	}
	JS_ThrowReferenceError(ctx, "there is no module '%s' in polywan-run: programs are bundled into one file", name);
	return NULL;
}

static char *keep_name(JSContext *ctx, const char *base, const char *name, void *opaque)
{
	(void)base;
	(void)opaque;
	return js_strdup(ctx, name);
}

void module_init(JSContext *ctx)
{
	JS_SetModuleLoaderFunc(JS_GetRuntime(ctx), keep_name, load_module, NULL);
}
