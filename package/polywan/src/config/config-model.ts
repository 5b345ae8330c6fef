import type { Model } from "polywan-core/config/model";
import { type ParseContext, parseModel } from "polywan-core/config/parse";
import type { Problem } from "polywan-core/config/problem";
import { exists, readText } from "polywan-runtime/file";
import { UciError } from "uci-parser/config";
import { PackageReader } from "uci-parser/reread";

/** A configuration's text as a model, or the problem that keeps it from being one. */
export type Understood = { readonly model: Model } | { readonly problem: Problem };

/**
 * `text` as the model of /etc/config/polywan; null when there is no such file. `reader`: where it is read again and again, so that
 * what did not change is the very same.
 */
export function understandConfig(
	text: string | null,
	context: ParseContext,
	reader = new PackageReader("polywan"),
): Understood {
	try {
		return { model: parseModel(text === null ? null : reader.read(text), context) };
	} catch (error) {
		if (!(error instanceof UciError)) throw error;
		return { problem: fileProblem(`cannot be read: ${error.message}`) };
	}
}

/** A problem of the whole file. */
export function fileProblem(message: string): Problem {
	return { config: "polywan", section: null, option: null, value: null, message, severity: "error" };
}

/** Text of a configuration file, null when there is none. Throws SystemError when it is there and cannot be read. */
export function readConfigIfAny(path: string): string | null {
	return exists(path) ? readText(path) : null;
}
