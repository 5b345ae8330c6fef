-- Collector for prometheus-node-exporter-lua: hands on what `polywan metrics` prints.

local escapes = { n = "\n" }

local function parse_labels(text)
	local labels = {}
	local rest = text
	while rest ~= "" do
		local name, after = rest:match('^,?([%w_]+)="(.*)$')
		if not name then
			return labels
		end
		local value, position = {}, 1
		while after:sub(position, position) ~= '"' and position <= #after do
			local character = after:sub(position, position)
			if character == "\\" then
				position = position + 1
				character = after:sub(position, position)
				character = escapes[character] or character
			end
			value[#value + 1] = character
			position = position + 1
		end
		labels[name] = table.concat(value)
		rest = after:sub(position + 1)
	end
	return labels
end

local suffixes = { counter = "_total", info = "_info", gauge = "" }
local kinds = { counter = "counter", info = "gauge", gauge = "gauge" }

local function scrape()
	local pipe = io.popen("polywan metrics", "r")
	if not pipe then
		return
	end
	local sample
	for line in pipe:lines() do
		local name, kind = line:match("^# TYPE (%S+) (%S+)$")
		if name then
			sample = metric(name .. suffixes[kind], kinds[kind])
		elseif line:sub(1, 1) ~= "#" and sample then
			local labels, value = line:match("^[%w_:]+{(.*)} (%S+)$")
			if not labels then
				labels, value = "", line:match("^[%w_:]+ (%S+)$")
			end
			sample(parse_labels(labels), value)
		end
	end
	pipe:close()
end

return { scrape = scrape }
