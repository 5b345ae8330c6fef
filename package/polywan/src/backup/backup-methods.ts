import type { KeptBackup } from "polywan-core/backup/review";
import { UbusError, type UbusMethod, ubusStatus } from "ubus-js/bus";
import type { BlobTable } from "ubus-js/codec";
import type { RestoreContext } from "./restore.ts";
import { Upload } from "./upload.ts";

const DEFAULT_TIMEOUT_S = 60;

/**
 * `backup {before}` answers `{text}`: of what is there now, or before the last restore. `restore {action, id, text, before, timeout}`:
 * "piece" takes the next piece of a file by the id its sender gave it (uhttpd takes 64 kB at once), "check" answers the
 * BackupReview of that file, "apply" puts it in force on trial and answers `{error}`, "status" answers `{kept}`. `before`: what was
 * there before the last restore is meant, not a file.
 */
export function backupMethods(context: RestoreContext): Record<string, UbusMethod> {
	const upload = new Upload();
	const textOf = async ({ id, before }: BlobTable): Promise<string> => {
		const text = before === true ? await readBefore() : upload.read(id);
		if (text === null) throw new UbusError(ubusStatus.notFound);
		return text;
	};
	return {
		backup: {
			args: { before: "bool" },
			call: async ({ before }) => {
				if (before === true) return { text: await textOf({ before }) };
				const { renderCurrent } = await import("./review.ts");
				return { text: renderCurrent() };
			},
		},
		restore: {
			args: { action: "string", id: "string", text: "string", before: "bool", timeout: "int32" },
			call: async (args) => {
				if (args.action === "piece") return { bytes: upload.add(args.id, args.text) };
				if (args.action === "status") return { kept: await readKept() };
				if (args.action === "check") return check(await textOf(args));
				if (args.action !== "apply") throw new UbusError(ubusStatus.invalidArgument);
				const { restoreOnTrial } = await import("./restore.ts");
				const timeoutS = Number(args.timeout ?? DEFAULT_TIMEOUT_S);
				return { error: await restoreOnTrial(await textOf(args), timeoutS, context) };
			},
		},
	};
}

async function check(text: string): Promise<BlobTable> {
	const { reviewBackup } = await import("./review.ts");
	return reviewBackup(text) as unknown as BlobTable;
}

async function readKept(): Promise<BlobTable | null> {
	const { readKept: read } = await import("./review.ts");
	const kept: KeptBackup | null = read();
	return kept === null ? null : { ...kept };
}

async function readBefore(): Promise<string | null> {
	const { BEFORE_RESTORE } = await import("./review.ts");
	const { exists, readText } = await import("polywan-runtime/file");
	return exists(BEFORE_RESTORE) ? readText(BEFORE_RESTORE) : null;
}
