/* The table of native modules. */
#include <string.h>

#include "runtime.h"

static const struct native_module *const modules[] = {
	&mod_checksum, &mod_clock, &mod_conntrack, &mod_descriptor, &mod_error, &mod_exec, &mod_file, &mod_interface,
	&mod_loop, &mod_process, &mod_program, &mod_signal, &mod_socket, &mod_tls, &mod_tun,
	&mod_xtables,
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

static const struct part_loader *parts; /* NULL: the program is one text */

/* Called for every import that meets its module for the first time. */
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
	if (parts && parts->has(name))
		return parts->load(ctx, name);
	JS_ThrowReferenceError(ctx, "there is no module '%s' in polywan-run: programs are bundled into one file", name);
	return NULL;
}

/* Parts of a program lie beside each other. */
static char *normalize_name(JSContext *ctx, const char *base, const char *name, void *opaque)
{
	(void)base;
	(void)opaque;
	int is_part = parts && strncmp(name, "./", 2) == 0 && parts->has(name + 2);
	return js_strdup(ctx, is_part ? name + 2 : name);
}

void module_init(JSContext *ctx)
{
	JS_SetModuleLoaderFunc(JS_GetRuntime(ctx), normalize_name, load_module, NULL);
}

void module_set_parts(const struct part_loader *loader)
{
	parts = loader;
}
