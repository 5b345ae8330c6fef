type Instruction = readonly [code: number, jt: number, jf: number, k: number];

/** Runs a classic BPF program (linux/filter.h) as the kernel does; reading beyond the packet rejects it. */
export function runFilter(program: readonly Instruction[], packet: Uint8Array): number {
	let accumulator = 0;
	let index = 0;
	const byte = (at: number): number => {
		const value = packet[at];
		if (value === undefined) throw new RangeError("beyond the packet");
		return value;
	};
	try {
		for (let at = 0; ; at++) {
			const instruction = program[at];
			if (instruction === undefined) throw new Error(`no instruction ${at}`);
			const [code, jt, jf, k] = instruction;
			if (code === 0x06) return k;
			if (code === 0x01) index = k;
			else if (code === 0xb1) index = 4 * (byte(k) & 0xf);
			else if (code === 0x30) accumulator = byte(k);
			else if (code === 0x50) accumulator = byte(index + k);
			else if (code === 0x48) accumulator = (byte(index + k) << 8) | byte(index + k + 1);
			else if (code === 0x15) at += accumulator === k ? jt : jf;
			else if (code === 0x45) at += (accumulator & k) !== 0 ? jt : jf;
			else throw new Error(`instruction ${code.toString(16)} is not known here`);
		}
	} catch (error) {
		if (error instanceof RangeError) return 0;
		throw error;
	}
}
