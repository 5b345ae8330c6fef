import type { Status, UplinkStatus } from "polywan-core/status";
import { formatRate } from "../format.ts";
import { rates } from "../store.ts";
import { t } from "../words.ts";

const WIDTH = 720;
const ROW = 56;

/** Your network → router → uplinks → Internet. A wire is as wide as the traffic on it (logarithmic), broken where the uplink is. */
export function Topology({ status }: { readonly status: Status }) {
	const rows = Math.max(1, status.uplinks.length);
	const height = rows * ROW + 24;
	const middle = height / 2;
	const carrying = status.uplinks.filter((uplink) => uplink.state === "up" || uplink.state === "starting");
	return (
		<svg
			class="topology"
			viewBox={`0 0 ${WIDTH} ${height}`}
			role="img"
			aria-label={t("topology.summary", { up: carrying.length, all: status.uplinks.length })}
		>
			<path class="wire" d={`M120 ${middle}H200`} stroke-width={6} />
			{status.uplinks.map((uplink, index) => (
				<Wire key={uplink.name} uplink={uplink} y={12 + ROW * index + ROW / 2} middle={middle} />
			))}
			<Node x={10} y={middle} width={110} label={t("topology.lan")} />
			<Node x={200} y={middle} width={90} label={t("topology.router")} />
			<Node x={610} y={middle} width={100} label={t("topology.internet")} />
		</svg>
	);
}

function Wire({
	uplink,
	y,
	middle,
}: {
	readonly uplink: UplinkStatus;
	readonly y: number;
	readonly middle: number;
}) {
	const { rx: down, tx: up } = rates.value[uplink.name] ?? { rx: 0, tx: 0 };
	const width = Math.min(12, 2 + Math.log10(1 + (down + up) / 100) * 1.6);
	return (
		<g>
			<path
				class={`wire ${uplink.state}`}
				stroke-width={width}
				d={`M290 ${middle}C340 ${middle} 330 ${y} 380 ${y}H520C570 ${y} 560 ${middle} 610 ${middle}`}
			/>
			<rect class="node" x={380} y={y - 21} width={140} height={42} rx={8} />
			<text x={450} y={y - 3} text-anchor="middle">
				{uplink.name.length > 17 ? `${uplink.name.slice(0, 16)}…` : uplink.name}
			</text>
			<text class="note number" x={450} y={y + 13} text-anchor="middle">
				↓ {figure(down)} ↑ {figure(up)}
			</text>
		</g>
	);
}

function figure(bytesPerSecond: number): string {
	const { value, unit } = formatRate(bytesPerSecond);
	return `${value} ${unit}`;
}

function Node(props: {
	readonly x: number;
	readonly y: number;
	readonly width: number;
	readonly label: string;
}) {
	return (
		<g>
			<rect class="node" x={props.x} y={props.y - 22} width={props.width} height={44} rx={8} />
			<text x={props.x + props.width / 2} y={props.y + 5} text-anchor="middle">
				{props.label}
			</text>
		</g>
	);
}
