import type { UbusMethod } from "ubus-js/bus";
import type { BlobTable } from "ubus-js/codec";

/** `doctor` answers `{findings}`, each a Finding of polywan-core/doctor/finding. Who asks meanwhile gets the same answer. */
export function doctorMethods(): Record<string, UbusMethod> {
	let running: Promise<BlobTable> | null = null;
	const examine = async (): Promise<BlobTable> => {
		try {
			const { findFaults } = await import("./find-faults.ts");
			return { findings: (await findFaults()).map((finding) => ({ ...finding })) };
		} finally {
			running = null;
		}
	};
	return {
		doctor: {
			call: () => {
				running ??= examine();
				return running;
			},
		},
	};
}
