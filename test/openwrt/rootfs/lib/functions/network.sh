# What scripts ask of netifd: each function puts the answer for INTERFACE into VARIABLE and fails when there is none.

network_flush_cache() { return 0; }

_network_status() { ubus -S call network.interface status "{\"interface\":\"$1\"}" 2> /dev/null; }

# _network_field VARIABLE INTERFACE PATTERN: what \1 of the pattern matches in the status
_network_field() {
	local found
	found=$(_network_status "$2" | sed -n "s/^.*$3.*\$/\\1/p")
	eval "$1=\$found"
	[ -n "$found" ]
}

network_is_up() { _network_status "$1" | grep -q '^{"up":true'; }
network_get_device() { _network_field "$1" "$2" '"l3_device":"\([^"]*\)"'; }
network_get_physdev() { _network_field "$1" "$2" '"device":"\([^"]*\)"'; }
network_get_protocol() { _network_field "$1" "$2" '"proto":"\([^"]*\)"'; }
network_get_metric() { _network_field "$1" "$2" '"metric":\([0-9]*\),"dns_metric"'; }
network_get_uptime() { _network_field "$1" "$2" '"uptime":\([0-9]*\)'; }
network_get_ipaddr() { _network_field "$1" "$2" '"ipv4-address":\[{"address":"\([^"]*\)"'; }
network_get_ipaddr6() { _network_field "$1" "$2" '"ipv6-address":\[{"address":"\([^"]*\)"'; }
network_get_gateway() { _network_field "$1" "$2" '"target":"0\.0\.0\.0","mask":0,"nexthop":"\([^"]*\)"'; }
network_get_gateway6() { _network_field "$1" "$2" '"target":"::","mask":0,"nexthop":"\([^"]*\)"'; }
network_get_dnsserver() { _network_field "$1" "$2" '"dns-server":\["\([^"]*\)"'; }

network_get_subnet() {
	local mask
	network_get_ipaddr "$1" "$2" &&
		_network_field mask "$2" '"ipv4-address":\[{"address":"[^"]*","mask":\([0-9]*\)' &&
		eval "$1=\${$1}/$mask"
}

# The first interface that has a default route.
network_find_wan() {
	local interface gateway
	for interface in $(ubus list 'network.interface.*' | sed 's/^network\.interface\.//'); do
		network_get_gateway gateway "$interface" || continue
		eval "$1=\$interface"
		return 0
	done
	return 1
}
