import type { Status, UplinkStatus } from "polywan-core/status";
import type { MqttModel } from "../config/model.ts";
import type { Message } from "./message.ts";

/** A Home Assistant entity's configuration, less what all have. */
interface Entity {
	readonly component: "sensor" | "binary_sensor" | "switch" | "select";
	/** Ends its unique id and its topic. */
	readonly id: string;
	readonly config: Readonly<Record<string, unknown>>;
}

/**
 * Retained messages that tell Home Assistant what there is (its page "MQTT discovery"): of each uplink sensors and a
 * binary sensor; with commands a switch of each uplink and a select for the default policy.
 *
 * @param targets what the default policy can be; empty where commands are off
 */
export function buildDiscovery(
	model: MqttModel,
	status: Pick<Status, "uplinks" | "version">,
	targets: readonly string[],
): Message[] {
	const { discoveryPrefix, topic } = model;
	if (discoveryPrefix === null) return [];
	const node = topic.replace(/[^A-Za-z0-9_-]/g, "_");
	const entities = [
		...status.uplinks.flatMap((uplink) => uplinkEntities(`${topic}/uplink/${uplink.name}`, uplink)),
		...(model.commands ? commandEntities(model, status, targets) : []),
	];
	const shared = {
		// Without a daemon nobody knows.
		availability: [
			{ topic: `${topic}/status` },
			{
				topic: `${topic}/daemon`,
				payload_available: "running",
				payload_not_available: "stopped",
			},
		],
		availability_mode: "all",
		device: {
			identifiers: [node],
			name: `polywan ${topic.split("/").at(-1)}`,
			manufacturer: "polywan",
			model: "Multi-WAN",
			sw_version: status.version,
		},
		origin: { name: "polywan", sw_version: status.version },
	};
	return entities.map(({ component, id, config }) => ({
		topic: `${discoveryPrefix}/${component}/${node}/${id}/config`,
		payload: JSON.stringify({
			...config,
			unique_id: `${node}_${id}`,
			default_entity_id: `${component}.${node}_${id}`.toLowerCase(),
			...shared,
		}),
		retain: true,
	}));
}

function uplinkEntities(base: string, { name, quota }: UplinkStatus): Entity[] {
	const json = (of: "quality" | "usage", field: string) => ({
		state_topic: `${base}/${of}`,
		value_template: `{{ value_json.${field} }}`,
	});
	const sensor = (id: string, label: string, config: object): Entity => ({
		component: "sensor",
		id: `${name}_${id}`,
		config: { name: `${name} ${label}`, ...config },
	});
	const measured = (unit: string, deviceClass?: string) => ({
		unit_of_measurement: unit,
		state_class: "measurement",
		...(deviceClass && { device_class: deviceClass }),
	});
	const counted = { unit_of_measurement: "B", device_class: "data_size", state_class: "total_increasing" };
	const states = ["up", "degraded", "starting", "recovering", "down", "disabled"];
	return [
		sensor("state", "state", {
			state_topic: `${base}/state`,
			device_class: "enum",
			options: states,
			json_attributes_topic: `${base}/details`,
		}),
		sensor("rtt", "latency", { ...json("quality", "rtt_ms"), ...measured("ms", "duration") }),
		sensor("jitter", "jitter", { ...json("quality", "jitter_ms"), ...measured("ms", "duration") }),
		sensor("loss", "loss", { ...json("quality", "loss_percent"), ...measured("%") }),
		sensor("rx_rate", "download", { ...json("usage", "rx_rate"), ...measured("B/s", "data_rate") }),
		sensor("tx_rate", "upload", { ...json("usage", "tx_rate"), ...measured("B/s", "data_rate") }),
		sensor("rx", "received", { ...json("usage", "rx_bytes"), ...counted }),
		sensor("tx", "sent", { ...json("usage", "tx_bytes"), ...counted }),
		...(quota
			? [sensor("quota_used", "quota used", { ...json("usage", "quota_used_percent"), ...measured("%") })]
			: []),
		{
			component: "binary_sensor",
			id: `${name}_usable`,
			config: { name: `${name} usable`, state_topic: `${base}/usable`, device_class: "connectivity" },
		},
		{
			component: "binary_sensor",
			id: `${name}_portal`,
			config: {
				name: `${name} captive portal`,
				state_topic: `${base}/details`,
				value_template:
					"{{ 'ON' if (value_json.ipv4 or {}).portal or (value_json.ipv6 or {}).portal else 'OFF' }}",
				device_class: "problem",
			},
		},
	];
}

function commandEntities(
	{ topic }: MqttModel,
	{ uplinks }: Pick<Status, "uplinks">,
	targets: readonly string[],
): Entity[] {
	const switches = uplinks.map(({ name }): Entity => {
		const base = `${topic}/uplink/${name}`;
		return {
			component: "switch",
			id: `${name}_use`,
			config: {
				name: `${name} in use`,
				command_topic: `${base}/set`,
				payload_on: "auto",
				payload_off: "down",
				state_topic: `${base}/wanted`,
				value_template: "{{ 'down' if value == 'down' else 'auto' }}",
				state_on: "auto",
				state_off: "down",
			},
		};
	});
	const select: Entity = {
		component: "select",
		id: "default_policy",
		config: {
			name: "default policy",
			command_topic: `${topic}/default_policy/set`,
			state_topic: `${topic}/default_policy`,
			options: targets,
		},
	};
	return targets.length === 0 ? switches : [...switches, select];
}
