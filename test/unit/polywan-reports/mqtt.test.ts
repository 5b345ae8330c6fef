import type { UplinkStatus } from "polywan-core/status";
import { describe, expect, test } from "vitest";
import type { MqttModel } from "../../../package/polywan-reports/src/config/model.ts";
import { buildDiscovery } from "../../../package/polywan-reports/src/mqtt/discovery.ts";
import { buildStateMessages } from "../../../package/polywan-reports/src/mqtt/topics.ts";
import { familyStatus, status, uplinkStatus } from "./fixture.ts";

const model = { discoveryPrefix: "homeassistant", topic: "polywan/Häus 1", commands: true } as MqttModel;

function discover(...uplinks: UplinkStatus[]) {
	const messages = buildDiscovery(model, status({ uplinks }), ["balanced", "default"]);
	return new Map(
		messages.map(({ topic, payload }) => [topic, JSON.parse(payload) as Record<string, unknown>] as const),
	);
}

// What Home Assistant's page "MQTT discovery" asks for, as of its release 2026.4.
describe("discovery for Home Assistant", () => {
	test("every entity has an id of its own, belongs to the device, and is not available without router or daemon", () => {
		const entities = discover(uplinkStatus("wan"), uplinkStatus("wanb"));
		const ids = [...entities.values()].map(({ unique_id }) => unique_id);
		expect(new Set(ids).size).toBe(entities.size);
		for (const [topic, entity] of entities) {
			const [, component, node, id] =
				/^homeassistant\/(sensor|binary_sensor|switch|select)\/([\w-]+)\/([\w-]+)\/config$/.exec(topic) ?? [];
			expect(entity).toMatchObject({
				unique_id: `${node}_${id}`,
				default_entity_id: `${component}.${node}_${id}`.toLowerCase(),
				device: { identifiers: [node], sw_version: "0.1.0" },
				origin: { name: "polywan" },
				availability_mode: "all",
				availability: [
					{ topic: "polywan/Häus 1/status" },
					{ topic: "polywan/Häus 1/daemon", payload_available: "running", payload_not_available: "stopped" },
				],
			});
			// No longer known: it would be told to the user as a fault.
			expect(entity).not.toHaveProperty("object_id");
			if (entity.state_class !== undefined) expect(entity).toHaveProperty("unit_of_measurement");
		}
	});

	test("a quota is told of where there is one", () => {
		const quota = { bytes: 1e9, used_bytes: 5e8, used_percent: 50 };
		const entities = discover(uplinkStatus("wan", { quota }), uplinkStatus("wanb", { quota: null }));
		const told = [...entities.keys()].filter((topic) => topic.includes("quota"));
		expect(told).toEqual([expect.stringMatching(/\/wan_quota_used\/config$/)]);
	});
});

test("an uplink that is degraded and left out is not usable", () => {
	const usable = (ipv4: Parameters<typeof familyStatus>[0]) =>
		buildStateMessages("t", status({ uplinks: [uplinkStatus("wan", { ipv4: familyStatus(ipv4) })] })).find(
			({ topic }) => topic === "t/uplink/wan/usable",
		)?.payload;
	expect(usable({ state: "degraded", usable: false })).toBe("OFF");
	expect(usable({ state: "degraded", usable: true })).toBe("ON");
	expect(usable({ state: "starting" })).toBe("ON");
	expect(usable({ state: "recovering" })).toBe("OFF");
});
