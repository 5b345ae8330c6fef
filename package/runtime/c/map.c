/* The line map of a part of a program: where in the sources a line of its bundle came from, for stack traces. It is read from
 * the program's file when an error is made, and forgotten when the program waits again.
 * Text: the source paths, one a line, then an empty line; then runs of lines as unsigned LEB128 numbers: first bundle
 * line less that of the run before, path number (0: unknown), zigzag of source line less that of the run before. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime.h"

static char *map;
static char *part; /* whose map that is */
static const uint8_t *runs, *runs_end;

void map_forget(void)
{
	free(map);
	free(part);
	map = part = NULL;
	runs = runs_end = NULL;
}

static int read_map(const char *name)
{
	size_t size;
	if (part && strcmp(part, name) == 0)
		return 0;
	map_forget();
	if (program_read_map(name, &map, &size) < 0) {
		map = NULL;
		return -1;
	}
	const char *end_of_paths = strstr(map, "\n\n");
	part = strdup(name);
	if (!end_of_paths || !part) {
		map_forget();
		return -1;
	}
	runs = (const uint8_t *)end_of_paths + 2;
	runs_end = (const uint8_t *)map + size;
	return 0;
}

static uint32_t read_number(const uint8_t **at)
{
	uint32_t number = 0;
	for (int shift = 0; *at < runs_end && shift < 32; shift += 7) {
		uint8_t byte = *(*at)++;
		number |= (uint32_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			break;
	}
	return number;
}

struct place {
	uint32_t path; /* 0: unknown */
	int line;
};

static struct place find_place(int line)
{
	struct place place = { 0, 0 };
	int run_line = 0, source_line = 0, found_line = 0;
	for (const uint8_t *at = runs; at < runs_end;) {
		run_line += (int)read_number(&at);
		if (run_line > line)
			break;
		uint32_t path = read_number(&at), zigzag = read_number(&at);
		source_line += (int)(zigzag >> 1) ^ -(int)(zigzag & 1);
		place = (struct place){ path, source_line };
		found_line = run_line;
	}
	place.line += line - found_line;
	return place;
}

/* Where the path with this number starts; NULL: there is none. Not by strchr: that of zig's C library looks for the end of
 * the whole map first, every time. */
static const char *find_path(uint32_t number)
{
	const char *at = map, *end = (const char *)runs - 1;
	for (uint32_t i = 1; i < number && at < end; at++)
		i += *at == '\n';
	return at < end ? at : NULL;
}

static int path_length(const char *path)
{
	const char *at = path;
	while (*at != '\n')
		at++;
	return (int)(at - path);
}

/* Called by the engine for every frame of a stack trace (patches/). Returns 0 when the map does not know the line. */
int runtime_describe_location(char *text, size_t size, const char *file, int line, int column)
{
	(void)column;
	if (!file || read_map(file) < 0)
		return 0;
	struct place place = find_place(line);
	const char *path = place.path ? find_path(place.path) : NULL;
	if (!path)
		return 0;
	snprintf(text, size, "%.*s:%d", path_length(path), path, place.line);
	return 1;
}
