import type { SaidWords } from "./en.ts";

export const saidEs: SaidWords = {
	source: "el origen",
	destination: "el destino",
	"source port": "el puerto de origen",
	"destination port": "el puerto de destino",
	"incoming device": "el dispositivo de entrada",
	protocol: "el protocolo",
	"ICMP type": "el tipo de ICMP",
	DSCP: "el DSCP",
	"sender's hardware address": "la dirección de hardware del emisor",
	"user (by number)": "el usuario (por número)",
	"group (by number)": "el grupo (por número)",
	user: "usuario",
	group: "grupo",
	"mark in the bits {}": "la marca en los bits {1}",
	"its {+} must be {+}": "{1} debe ser {2}",
	"its {+} must not be {+}": "{1} no debe ser {2}",
	"its {+} must be in {+}": "{1} debe estar en {2}",
	"its {+} must not be in {+}": "{1} no debe estar en {2}",
	"{+} or {+}": "{1} o {2}",
	"{+} or one of {} more": "{1} o uno de {2} más",
	"protocol {}": "protocolo {1}",
	"set '{}'": "el conjunto «{1}»",
	"the pairs that had more than {} bytes": "los pares con más de {1} bytes",
	"the addresses of {}": "las direcciones de {1}",
	"the addresses of {} and {} more names": "las direcciones de {1} y de {2} nombres más",
	"it is for the router's own programs, by {+}": "es para los programas propios del router, por {1}",
	"it is for a sender's hardware address, and the router's own packets have none":
		"es para una dirección de hardware del emisor, y los paquetes propios del router no tienen ninguna",
	"it depends on {}": "depende de {1}",
	"no rule matches; default_policy decides": "ninguna regla coincide; decide default_policy",
	"no rule matches": "ninguna regla coincide",
	"the router itself": "el propio router",
	"a {} address": "una dirección {1}",
	"the destination is {+}: nothing is balanced": "el destino es {1}: no se reparte nada",
	"it came in by uplink '{}': the answers leave by it, whatever the rules say":
		"entró por el enlace «{1}»: las respuestas salen por él, digan lo que digan las reglas",
	"polywan is switched off (option enabled of globals)":
		"polywan está desactivado (opción enabled de globals)",
	"no uplink is meant for IPv{}: the main routing table decides":
		"ningún enlace es para IPv{1}: decide la tabla principal",
	"neighbour discovery (ICMPv6 types 133 to 137) is never touched":
		"el descubrimiento de vecinos (ICMPv6 133 a 137) no se toca nunca",
	"by option bypass of globals": "por la opción bypass de globals",
	"as it is local": "por ser local",
	"the destination is in {}, which is never balanced, {+}":
		"el destino está en {1}, que no se reparte nunca, {2}",
	"no connected network, static route or VPN leads to the destination":
		"ninguna red conectada, ruta fija ni VPN lleva al destino",
	"the main routing table": "la tabla principal",
	"table {}": "la tabla {1}",
	directly: "directamente",
	"through {}": "por {1}",
	"{+} has a route of its own to the destination, on {} {+}: it is not balanced":
		"{1} tiene una ruta propia al destino, en {2} {3}: no se reparte",
	"the source is in {}, which the provider of uplink '{}' gave: no other would carry it":
		"el origen está en {1}, que dio el proveedor del enlace «{2}»: ningún otro lo llevaría",
	"the source is in {} of uplink '{}', which {+}": "el origen está en {1} del enlace «{2}»: {3}",
	"rule '{}' does not match: {+}": "la regla «{1}» no coincide: {2}",
	"rule '{}' may match: {+}": "la regla «{1}» puede coincidir: {2}",
	"rule '{}' matches": "la regla «{1}» coincide",
	"rule '{}' is not in force now: {+}": "la regla «{1}» no está en vigor ahora: {2}",
	"it is not its time (option schedule)": "no es su horario (option schedule)",
	"something it names is not there": "falta algo que nombra",
	"{+}, and likewise in {} other ways": "{1}, e igualmente de otras {2} maneras",
	"the source": "el origen",
	"this pair of source and destination": "este par de origen y destino",
	"it is sticky: where {+} had a connection by it in the last {} s, that one's uplink is kept, be it {+}":
		"es persistente: si {1} tuvo una conexión por ella en los últimos {2} s, se mantiene el enlace de aquella, sea {3}",
	"the source is an address of uplink '{}'": "el origen es una dirección del enlace «{1}»",
	"the router's own traffic without a rule goes as default_policy says":
		"el tráfico propio del router sin regla va como dice default_policy",
	"uplink '{}' is {+}": "el enlace «{1}» está {2}",
	"limited to {+}: its quota is used up": "limitado a {1}: su cuota está agotada",
	"{} down and {} up": "{1} de bajada y {2} de subida",
	"it is for IPv{}": "es para IPv{1}",
	"it is for packets that come in by a device, and the router's own do not":
		"es para paquetes que entran por un dispositivo, y los propios del router no lo hacen",
	"it is for packets from {+}": "es para paquetes de {1}",
	"its members are not used now, being out of its times or of weight 0: last_resort is {}":
		"sus miembros no se usan ahora, por horario o por peso 0: last_resort es {1}",
	"{}: {} (tier {}, weight {})": "{1}: {2} (nivel {3}, peso {4})",
	"{}: not used; it {+}": "{1}: no se usa; {2}",
	"{}: not used; {+}": "{1}: no se usa; {2}",
	"no member is usable: last_resort is {}": "ningún miembro es utilizable: last_resort es {1}",
	"it is kept for when no uplink of a lower tier works (tier {})":
		"se reserva para cuando no funcione ningún enlace de un nivel inferior (nivel {1})",
	"it is kept for when the tiers below are full (tier {})":
		"se reserva para cuando los niveles anteriores estén llenos (nivel {1})",
	"mode {} prefers others now": "el modo {1} prefiere otros ahora",
	"connections with the same addresses and ports always take the same one":
		"las conexiones con las mismas direcciones y puertos toman siempre el mismo",
	"its target is {}": "su destino es {1}",
	"its target is uplink '{}', which {+}": "su destino es el enlace «{1}»: {2}",
	"is usable": "utilizable",
	"is switched off": "desactivado",
	"has no IPv{} link": "sin conexión IPv{1}",
	"does not take new connections now": "no toma conexiones nuevas ahora",
	"is kept down by hand (polywan auto gives it back)": "fuera de uso a mano (polywan auto lo devuelve)",
	"is {+}: {+}": "{1}: {2}",
	"policy '{}' ({})": "política «{1}» ({2})",
	up: "activo",
	down: "caído",
	degraded: "degradado",
	starting: "iniciando",
	recovering: "recuperándose",
	"nothing is in force yet": "aún no hay nada en vigor",
	"the {+} '{}' is not an address": "{1}: «{2}» no es una dirección",
	"the destination '{}' is neither an address nor a name that can be resolved":
		"el destino «{1}» no es una dirección ni un nombre que se pueda resolver",
	"{} and {} are of different IP versions": "{1} y {2} son de versiones de IP distintas",
	"'{}' is not a protocol": "«{1}» no es un protocolo",
	"'{}' has no types as ICMP has": "«{1}» no tiene tipos como ICMP",
	"'{}' is not a port from 1 to 65535": "«{1}» no es un puerto de 1 a 65535",
	"no route leads to {}: say what it comes in by (--in)": "ninguna ruta lleva a {1}: indique por dónde entra",
	"what the router itself sends has no sender's hardware address":
		"lo que envía el propio router no tiene dirección de hardware de emisor",
	"the {+} is known of what the router itself sends alone":
		"{1}: solo se conoce de lo que envía el propio router",
	"'{}' is no DSCP: EF, AF41, 0 to 63": "«{1}» no es un DSCP: EF, AF41, 0 a 63",
	"'{}' is no hardware address": "«{1}» no es una dirección de hardware",
	"'{}' is no type of ICMP: echo-request, 0 to 255": "«{1}» no es un tipo de ICMP: echo-request, 0 a 255",
	"IPv{} has no '{}'": "IPv{1} no tiene «{2}»",
	"'{}' is no mark: 0x10": "«{1}» no es una marca: 0x10",
	"{} has bits that are polywan's own (mark_mask {})": "{1} tiene bits que son de polywan (mark_mask {2})",
	"there is no {+} '{}' on the router": "{1}: «{2}» no existe en el router",
	"loses {} % of the probes (limit {} %)": "pierde el {1} % de las sondas (límite {2} %)",
	"answers take {} ms (limit {} ms)": "las respuestas tardan {1} ms (límite {2} ms)",
	"loss and latency are within the limits again": "pérdida y latencia vuelven a estar dentro de los límites",
	"packets leave but nothing comes back": "salen paquetes pero no vuelve nada",
	"not probed: up as long as its link is": "sin sondeo: activo mientras lo esté su enlace",
	"captive portal: {+} ({})": "portal cautivo: {1} ({2})",
	"captive portal: {+}": "portal cautivo: {1}",
	"{} answers again": "{1} vuelve a responder",
	"{} answers": "{1} responde",
	"no answer from {}": "sin respuesta de {1}",
	"answers reliably again": "vuelve a responder con fiabilidad",
	"none of {} probes answered": "ninguna de {1} sondas respondida",
	"only {} of {} targets answered that must": "solo respondieron {1} de los {2} objetivos necesarios",
	"not yet seen": "aún no visto",
	"{+}; {+}": "{1}; {2}",
	"{+} ({})": "{1} ({2})",
	"the network wants a login (status 511)": "la red pide iniciar sesión (estado 511)",
	"redirected to {}": "redirigido a {1}",
	"status {} instead of {}": "estado {1} en vez de {2}",
	"the answer has no header {}": "a la respuesta le falta la cabecera {1}",
	"the answer does not contain {}": "la respuesta no contiene {1}",
	"the query was not understood (FORMERR)": "no se entendió la consulta (FORMERR)",
	"the server failed (SERVFAIL)": "el servidor falló (SERVFAIL)",
	"there is no such name (NXDOMAIN)": "ese nombre no existe (NXDOMAIN)",
	"the server does not know such queries (NOTIMP)": "el servidor no conoce esas consultas (NOTIMP)",
	"the server refused (REFUSED)": "el servidor lo rechazó (REFUSED)",
	"no such record": "no existe tal registro",
	"the answer is {} instead of {}": "la respuesta es {1} en vez de {2}",
	"no answer": "sin respuesta",
	"the answer is damaged": "la respuesta está dañada",
	"closed without an answer": "cerrado sin respuesta",
	"the answer is not HTTP": "la respuesta no es HTTP",
	"the answer is not the one expected": "la respuesta no es la esperada",
	"the link has no IPv{} name server": "el enlace no tiene servidor de nombres IPv{1}",
	"the link has no IPv{} name server to ask for {}":
		"el enlace no tiene servidor de nombres IPv{1} al que preguntar por {2}",
	"{} has no IPv{} address": "{1} no tiene dirección IPv{2}",
	"network unreachable": "red inalcanzable",
	"host unreachable": "host inalcanzable",
	"network unknown": "red desconocida",
	"host unknown": "host desconocido",
	"network prohibited": "red prohibida",
	"host prohibited": "host prohibido",
	"prohibited by a filter": "prohibido por un filtro",
	"no route": "sin ruta",
	"address unreachable": "dirección inalcanzable",
	"source address refused": "dirección de origen rechazada",
	"route rejected": "ruta rechazada",
	"packets run in circles (time exceeded)": "los paquetes dan vueltas (tiempo excedido)",
	"unreachable (code {})": "inalcanzable (código {1})",
	"refused (ICMP type {}, code {})": "rechazado (ICMP tipo {1}, código {2})",
	"the link has no gateway to resolve": "el enlace no tiene puerta de enlace que resolver",
	"the device's queue is full": "la cola del dispositivo está llena",
	"the device is gone": "el dispositivo ha desaparecido",
	"the device is down": "el dispositivo está inactivo",
	"no route to the host": "sin ruta al host",
	"no usable source address": "sin dirección de origen utilizable",
	"the firewall forbids it": "el cortafuegos lo prohíbe",
	"probes cannot be sent: {+}": "no se pueden enviar sondas: {1}",
	"connection refused": "conexión rechazada",
	"connection reset": "conexión restablecida",
	"connection closed": "conexión cerrada",
	"connection timed out": "conexión agotada",
	"not started yet": "aún no iniciado",
	"it has not answered the question before": "no ha respondido a la pregunta anterior",
	"it is none for health": "no es de los que miden el estado",
	"it says no": "dice que no",
	"{} cannot be asked": "no se puede preguntar a {1}",
	"took longer than {} s": "tardó más de {1} s",
	"took longer than {} ms": "tardó más de {1} ms",
	"ended with {}": "terminó con {1}",
	"the script {+}": "el script {1}",
	"the gateway does not answer {+}": "la puerta de enlace no responde a {1}",
	"neighbour discovery": "el descubrimiento de vecinos",
	"there is no link": "no hay enlace",
	"no address or no default route": "sin dirección o sin ruta por defecto",
	"no carrier on {}": "sin portadora en {1}",
	"no address on {}": "sin dirección en {1}",
	"link on {}": "enlace en {1}",
	started: "iniciado",
	"started; the rules in force are taken over": "iniciado; se toman las reglas en vigor",
	"stopped; the rules in force stay": "detenido; las reglas en vigor se mantienen",
	"left to its probes again": "vuelve a depender de sus sondas",
	"kept {+} by hand": "fijado a mano: {1}",
	"policy {}: weights set by hand, {+}": "política {1}: pesos a mano, {2}",
	"those of the configuration": "de nuevo los de la configuración",
	"mark mask, tables or priorities are others now; connections that are there start anew":
		"la máscara, las tablas o las prioridades son otras; las conexiones existentes empiezan de nuevo",
	"at rest: brought up when it is needed": "en reposo: se activa cuando haga falta",
	"at rest: others work; brought up when it is needed":
		"en reposo: otros funcionan; se activa cuando haga falta",
	"brought up: {+}": "activado: {1}",
	"brought up anew: it does not work after {} s": "activado de nuevo: no funciona tras {1} s",
	"still down; {} runs": "sigue caído; se ejecuta {1}",
	"nothing else works": "nada más funciona",
	"what goes before it is nearly full": "lo que va antes está casi lleno",
	"a rule names it": "lo nombra una regla",
	"configuration read": "configuración leída",
	"configuration read; {} error in it": "configuración leída; {1} error en ella",
	"configuration read; {} errors in it": "configuración leída; {1} errores en ella",
	"the kernel takes changes again": "el kernel vuelve a aceptar cambios",
	"another program changed {+} of polywan; put back {} ms after it was noticed":
		"otro programa cambió {1} de polywan; repuesto {2} ms después de notarlo",
	"the packet filter rules": "las reglas del filtro de paquetes",
	"ip rules or routes": "reglas ip o rutas",
	"policy {} IPv{}: {+}": "política {1} IPv{2}: {3}",
	"{}, no uplink is usable": "{1}, ningún enlace es utilizable",
	"target {} answers on no uplink while others do; it does not count":
		"el objetivo {1} no responde por ningún enlace y otros sí; no cuenta",
	"target {} answers again": "el objetivo {1} vuelve a responder",
	"answers on no uplink while others do; it does not count until it answers":
		"no responde por ningún enlace y otros sí; no cuenta hasta que responda",
	"{} is asked by {} ({+}) instead of {} ({+})": "a {1} se le pregunta por {2} ({3}) en vez de {4} ({5})",
	"out of its schedule": "fuera de su horario",
	"its quota is used up": "su cuota está agotada",
	"{+} is out of its schedule now": "{1} está ahora fuera de horario",
	"the schedule of {+} begins": "empieza el horario: {1}",
	"the uplink": "el enlace",
	"uplink {}": "enlace {1}",
	"policy {}": "política {1}",
	"rule {}": "regla {1}",
	"{} % of the {+}'s quota is used": "usado el {1} % de la cuota ({2})",
	"{} % of the {+}'s quota for {+} is used": "usado el {1} % de la cuota ({2}, {3})",
	day: "día",
	week: "semana",
	month: "mes",
	download: "descarga",
	upload: "subida",
	"the uplink is slowed down until the quota begins anew":
		"el enlace se ralentiza hasta que la cuota empiece de nuevo",
	"the uplink is used only where nothing else works": "el enlace solo se usa donde no funcione nada más",
	"the uplink is not used until the quota begins anew":
		"el enlace no se usa hasta que la cuota empiece de nuevo",
	"a change is on trial for {} s": "un cambio está a prueba durante {1} s",
	"the change is confirmed: {+} changed": "el cambio está confirmado: {1} cambiado",
	nothing: "nada",
	"{+}: nothing had changed": "{1}: nada había cambiado",
	"{+}: {} as before": "{1}: {2} como antes",
	"the change was not confirmed within {} s": "el cambio no se confirmó en {1} s",
	"the change was taken back": "el cambio se retiró",
	"the router was rebooted before the change was confirmed":
		"el router se reinició antes de confirmar el cambio",
	"no round trip is measured yet; shared by weight":
		"aún no se ha medido ninguna latencia; se reparte por peso",
	"shortest round trip: {}": "menor latencia: {1}",
	"live connections: {}": "conexiones vivas: {1}",
	"use of the lines: {}": "uso de las líneas: {1}",
	"{+}: not enough to change": "{1}: no basta para cambiar",
	"tier {} is used to {}": "el nivel {1} está usado al {2}",
	"{+}: all are full": "{1}: todos están llenos",
	"no answer yet": "aún sin respuesta",
	"capacity unknown": "capacidad desconocida",
	"every uplink loses everything; shared by weight": "todos los enlaces lo pierden todo; se reparte por peso",
	"public address {} ({})": "dirección pública {1} ({2})",
	"connections cannot be counted": "no se pueden contar las conexiones",
	"the state cannot be saved": "no se puede guardar el estado",
	"usage cannot be saved: {}": "no se puede guardar el uso: {1}",
	"links cannot be watched: {}": "no se pueden vigilar los enlaces: {1}",
	"must be {+}": "debe ser {1}",
	"{+} (did you mean '{}'?)": "{1} (¿quiso decir «{2}»?)",
	"one of {}": "uno de {1}",
	"a whole number from {} to {}": "un número entero de {1} a {2}",
	"a percentage from 0 to 100": "un porcentaje de 0 a 100",
	"0 or 1": "0 o 1",
	"a duration from {} to {}, such as 500ms, 3s, 2m or 6h (a plain number is seconds)":
		"una duración de {1} a {2}, como 500ms, 3s, 2m o 6h (un número solo son segundos)",
	"a rate in bit/s of at least 8k, such as 500k, 20M or 1.5G, or 0 for unknown":
		"una tasa en bit/s de al menos 8k, como 500k, 20M o 1.5G, o 0 si no se conoce",
	"4 to 16 adjacent bits of a 32-bit mark, such as 0xff000000":
		"de 4 a 16 bits contiguos de una marca de 32 bits, como 0xff000000",
	"an IPv4 or IPv6 address": "una dirección IPv4 o IPv6",
	"days, times or both, such as mon-fri@08:00-18:00, sat,sun or 22:00-06:00":
		"días, horas o ambos, como mon-fri@08:00-18:00, sat,sun o 22:00-06:00",
	"a POSIX time zone such as CET-1CEST,M3.5.0,M10.5.0/3, as option timezone in /etc/config/system":
		"una zona horaria POSIX como CET-1CEST,M3.5.0,M10.5.0/3, como la opción timezone de /etc/config/system",
	"a number of bytes such as 500M, 100G or 1.5T": "un número de bytes como 500M, 100G o 1.5T",
	"an address, gateway, or a URI such as tcp://192.0.2.1:80, dns://192.0.2.1/example.com, http://192.0.2.1/, script:/path or plugin:name":
		"una dirección, gateway o una URI como tcp://192.0.2.1:80, dns://192.0.2.1/example.com, http://192.0.2.1/, script:/ruta o plugin:nombre",
	"an IPv4 or IPv6 address or network, such as 192.0.2.0/24":
		"una dirección o red IPv4 o IPv6, como 192.0.2.0/24",
	"an IPv4 or IPv6 address, network or range, such as 192.0.2.0/24 or 192.0.2.10-192.0.2.20":
		"una dirección, red o rango IPv4 o IPv6, como 192.0.2.0/24 o 192.0.2.10-192.0.2.20",
	"a domain name, such as example.com": "un nombre de dominio, como example.com",
	"a hardware address, such as 00:11:22:33:44:55": "una dirección de hardware, como 00:11:22:33:44:55",
	"a number from 0 to 63, or one of {}": "un número de 0 a 63 o uno de {1}",
	"a mark with or without a mask, such as 0x10/0xff": "una marca con o sin máscara, como 0x10/0xff",
	"a number from 0 to 255, or one of {}": "un número de 0 a 255 o uno de {1}",
	"ports from 1 to 65535, such as 443 or 1024-2048 or 80,443":
		"puertos de 1 a 65535, como 443, 1024-2048 u 80,443",
	"all, a protocol number from 1 to 255, or one of {}": "all, un número de protocolo de 1 a 255 o uno de {1}",
	"the name of {+}": "el nombre de {1}",
	"{+}, without control characters": "{1}, sin caracteres de control",
	"a room and its level, such as shares=warning": "una sala y su nivel, como shares=warning",
	"address or name of a STUN server, and :port if it is not 3478":
		"dirección o nombre de un servidor STUN, y :puerto si no es 3478",
	"an http:// or https:// address": "una dirección http:// o https://",
	"the path of a program": "la ruta de un programa",
	"an address": "una dirección",
	"a chat id": "un id de chat",
	"a file or a folder": "un archivo o una carpeta",
	"a folder": "una carpeta",
	"a topic": "un tema",
	"a host name or address": "un nombre o dirección de host",
	"a user name": "un nombre de usuario",
	"a JSON text with {}": "un texto JSON con {1}",
	"the policy shares by weight (mode weighted) until then":
		"hasta entonces la política reparte por peso (modo weighted)",
	"the policy is one of mode failover until then": "hasta entonces la política es de modo failover",
	"its use is left out of its quality until then": "hasta entonces su uso no cuenta en la calidad",
	"it counts as unused until then": "hasta entonces cuenta como sin uso",
	"needs to know capacities, and uplink {} has neither option download nor option upload":
		"necesita capacidades, y el enlace {1} no tiene ni opción download ni opción upload",
	"needs to know capacities, and uplinks {} have neither option download nor option upload":
		"necesita capacidades, y los enlaces {1} no tienen ni opción download ni opción upload",
	"is not an interface in /etc/config/network": "no es una interfaz de /etc/config/network",
	"can match nothing: its conditions and option family are of different IP versions":
		"no puede coincidir con nada: sus condiciones y la opción family son de versiones de IP distintas",
	"the rule is left out": "la regla se omite",
	"need one mask for all values": "necesitan una máscara para todos los valores",
	"must not lie in the bits that are polywan's own (mark_mask {})":
		"no debe estar en los bits que son de polywan (mark_mask {1})",
	"goes with proto icmp alone, and without ports": "solo va con proto icmp y sin puertos",
	"has no ports, so this protocol is left out of a rule with ports":
		"no tiene puertos, así que este protocolo se omite en una regla con puertos",
	"has no ports": "no tiene puertos",
	"a rule with ports needs tcp, udp, udplite, sctp or dccp":
		"una regla con puertos necesita tcp, udp, udplite, sctp o dccp",
	"needs a name: config {} 'name'": "necesita un nombre: config {1} 'nombre'",
	"it is left out": "se omite",
	"cannot be called '{}', which is a target of its own": "no puede llamarse «{1}», que es un destino propio",
	"has the name of uplink '{}': targets could not tell them apart":
		"se llama como el enlace «{1}»: los destinos no podrían distinguirlos",
	"the policy is left out": "la política se omite",
	"is a member of policy '{}' already": "ya es miembro de la política «{1}»",
	"this member is left out": "este miembro se omite",
	"the member is left out": "el miembro se omite",
	"is missing": "falta",
	"a policy": "una política",
	"an uplink": "un enlace",
	"there is none": "no hay ninguno",
	"there are {+}": "hay {1}",
	"no policies and no uplinks": "ni políticas ni enlaces",
	"must be from 1 to 7 in a week": "debe ser de 1 a 7 en una semana",
	"Monday (1) is used instead": "se usa el lunes (1)",
	"must be at least 16k, which is used instead": "debe ser al menos 16k, que se usa en su lugar",
	"must be a policy, an uplink, default, unreachable or blackhole":
		"debe ser una política, un enlace, default, unreachable o blackhole",
	"has no effect: the target is no policy of mode adaptive":
		"no tiene efecto: el destino no es una política de modo adaptive",
	"must be the whole path of a program": "debe ser la ruta completa de un programa",
	"it is not run": "no se ejecuta",
	"no netifd interface is called {+}": "ninguna interfaz de netifd se llama {1}",
	"name them with list interface": "nómbrelas con list interface",
	"must be at least timeout_floor ({}), which is used instead":
		"debe ser al menos timeout_floor ({1}), que se usa en su lugar",
	"must be at most {} ({}), which is used instead": "debe ser como mucho {1} ({2}), que se usa en su lugar",
	"must be an {} address, as option family limits the uplink to {}":
		"debe ser una dirección {1}, pues la opción family limita el enlace a {2}",
	"the file does not exist": "el archivo no existe",
	"defaults are used and no uplink is watched":
		"se usan los valores por defecto y no se vigila ningún enlace",
	"section type '{}' is not known": "no se conoce el tipo de sección «{1}»",
	"section type '{}' is not known (did you mean '{}'?)":
		"no se conoce el tipo de sección «{1}» (¿quiso decir «{2}»?)",
	"only the first globals section is used, and that is '{}'":
		"solo se usa la primera sección globals, que es «{1}»",
	"must be a room ({}), '=' and a level": "debe ser una sala ({1}), «=» y un nivel",
	"must be an address or a name, and :port if it is not 3478":
		"debe ser una dirección o un nombre, y :puerto si no es 3478",
	"is one too many: there is room for {}": "sobra: hay sitio para {1}",
	"is an interface of uplink '{}' already, which has it for itself":
		"ya es una interfaz del enlace «{1}», que la tiene para sí",
	"is not an option of {}": "no es una opción de {1}",
	"must be a single value": "debe ser un solo valor",
	"cannot be read: {+}": "no se puede leer: {1}",
	"option/list command found before the first section": "option o list antes de la primera sección",
	"one is only warned when the quota is used up": "solo se avisa cuando la cuota se agota",
	"the rule works without it": "la regla funciona sin ello",
	"needs option accounting of globals, which is off: nothing is counted":
		"necesita la opción accounting de globals, que está desactivada: no se cuenta nada",
	"with iptables the port of the destination counts, too: connections to another one may go by another uplink":
		"con iptables cuenta también el puerto de destino: las conexiones a otro pueden ir por otro enlace",
	"with iptables the port of the destination counts, too: connections to another one do not match":
		"con iptables cuenta también el puerto de destino: las conexiones a otro no coinciden",
	"there is room for {} only (option mark_mask of globals sets it for uplinks)":
		"solo hay sitio para {1} (para enlaces lo fija la opción mark_mask de globals)",
	"is known by its ports, too, and so cannot be excluded":
		"se conoce también por sus puertos y no se puede excluir",
	"is neither an application nor a category of the catalogue":
		"no es ni una aplicación ni una categoría del catálogo",
	"there is no set of addresses of this name": "no hay ningún conjunto de direcciones con ese nombre",
	"there is no {} of this name on the router": "no hay ningún {1} con ese nombre en el router",
	"is not a zone in /etc/config/firewall": "no es una zona de /etc/config/firewall",
	"the rule waits for it": "la regla espera a ello",
	"IPv6 of two uplinks on one device cannot be told apart":
		"no se puede distinguir el IPv6 de dos enlaces en un dispositivo",
	"without an address what comes in cannot be told apart":
		"sin dirección no se puede distinguir lo que entra",
	"with the same address what comes in cannot be told apart":
		"con la misma dirección no se puede distinguir lo que entra",
	"{} carries uplink '{}' already, and {+}; give this one a device of its own, such as a macvlan on {}, or option family 'ipv4'":
		"{1} ya lleva el enlace «{2}», y {3}; dé a este un dispositivo propio, como un macvlan en {4}, o option family 'ipv4'",
	"{} carries uplink '{}' already, and {+}; give this one a device of its own, such as a macvlan on {}":
		"{1} ya lleva el enlace «{2}», y {3}; dé a este un dispositivo propio, como un macvlan en {4}",
	"{} carries uplink '{}', too: bytes are counted for both together, as quotas and measured loads have them, and neither can be slowed down; a macvlan on {} keeps them apart":
		"{1} lleva también el enlace «{2}»: los bytes se cuentan juntos, también para cuotas y cargas medidas, y ninguno se puede ralentizar; un macvlan en {3} los separa",
	"commands of polywan use do not keep their uplink: {}":
		"las órdenes de polywan use no mantienen su enlace: {1}",
	"connections over {} were not ended: {}": "las conexiones por {1} no se terminaron: {2}",
	"ip rules or routes do not stay as they were set; something else changes them":
		"las reglas ip o rutas no se quedan como se fijaron; algo más las cambia",
	"neither nft nor iptables-restore is there: install {}": "no están ni nft ni iptables-restore: instale {1}",
	"{} is missing (install {})": "falta {1} (instale {2})",
	"{} is used instead": "se usa {1} en su lugar",
	"{} is missing: install {}": "falta {1}: instale {2}",
	"{} did not end within {} s": "{1} no terminó en {2} s",
	"connections cannot be counted: {}": "no se pueden contar las conexiones: {1}",
	"the policy shares by weight (mode weighted) meanwhile":
		"mientras tanto la política reparte por peso (modo weighted)",
	"needs nftables: the hash of iptables (HMARK) would overwrite marks of others":
		"necesita nftables: el hash de iptables (HMARK) sobrescribiría marcas de otros",
	"needs a kernel with nft_hash (package kmod-nft-core)":
		"necesita un kernel con nft_hash (paquete kmod-nft-core)",
	"hosts cannot be counted here: {}": "aquí no se pueden contar los equipos: {1}",
	"nft is missing: install {}": "falta nft: instale {1}",
	"{+}: the names themselves are recognised, what is below them is not":
		"{1}: se reconocen los nombres, pero no lo que hay debajo",
	"an application or category of the catalogue": "una aplicación o categoría del catálogo",
	"a set of nftables or ipset": "un conjunto de nftables o ipset",
	"a netifd interface": "una interfaz de netifd",
	"a zone of /etc/config/firewall": "una zona de /etc/config/firewall",
	"a client id": "un id de cliente",
	"{} % answered in {} ms": "{1} % respondido en {2} ms",
	"netifd does not bring it {}: none of its interfaces is there":
		"netifd no lo pone en {1}: no está ninguna de sus interfaces",
	"is not there": "no está",
	"cannot be run: {}": "no se puede ejecutar: {1}",
	"no change is on trial": "no hay ningún cambio a prueba",
	"the files from before are coming back already": "los archivos de antes ya están volviendo",
	"a change is on trial already, for another {} s: confirm or cancel it first":
		"ya hay un cambio a prueba, otros {1} s: confírmelo o cancélelo antes",
	"the time to confirm must be {} to {} whole seconds":
		"el tiempo para confirmar debe ser de {1} a {2} segundos enteros",
	"the files cannot be saved, so nothing was begun: {}":
		"no se pueden guardar los archivos, así que no se empezó nada: {1}",
	"the files from before the change cannot be put back yet: {}":
		"los archivos de antes del cambio aún no se pueden reponer: {1}",
	"the {+} is left out": "se omite: {1}",
	"{+} (what mwan3 calls so is '{}' here)": "{1} (lo que mwan3 llama así aquí es «{2}»)",
	"there is no uplink and no device '{}' (such as br-lan) that it could come in by":
		"no hay ningún enlace ni dispositivo «{1}» (como br-lan) por el que pudiera entrar",
	rule: "regla",
	policy: "política",
	member: "miembro",
	"{}: {+}": "{1}: {2}",
	"option default_policy '{}' of globals": "opción default_policy '{1}' de globals",
	"lines cannot be read, and mwan3 cannot read this file at all: {}":
		"hay líneas que no se pueden leer, y mwan3 no puede leer este archivo: {1}",
	"tables are given by number": "las tablas se dan por número",
	"it is not a network": "no es una red",
	"the condition for option logging of rules": "la condición para la opción logging de las reglas",
	"the default": "el valor por defecto",
	"it is no level of the system log": "no es un nivel del registro del sistema",
	"what is always done: an address leaves by its own uplink":
		"lo que se hace siempre: una dirección sale por su propio enlace",
	"it was: mwan3 ignores it, too": "ya era así: mwan3 también lo ignora",
	"marks have the mask 0xff000000, which leaves mwan3's bits to others":
		"las marcas tienen la máscara 0xff000000, que deja los bits de mwan3 a otros",
	"the mask must be adjacent bits with room for every uplink; 0xff000000 is used":
		"la máscara debe ser de bits contiguos con sitio para cada enlace; se usa 0xff000000",
	"it names no interface": "no nombra ninguna interfaz",
	"there is no interface '{}'": "no hay interfaz «{1}»",
	"option uplink of a member": "opción uplink de un miembro",
	"option {} of a member": "opción {1} de un miembro",
	"option {} is at least 1 and at most {}": "la opción {1} es como mínimo 1 y como máximo {2}",
	"there is no usable member of that name": "no hay ningún miembro utilizable con ese nombre",
	"a member section of policy '{}'": "una sección member de la política «{1}»",
	"it takes effect: mwan3 ignores policies with names longer than {} characters":
		"tiene efecto: mwan3 ignora las políticas con nombres de más de {1} caracteres",
	"interface '{}' is in it twice; it is one member": "la interfaz «{1}» está dos veces; es un solo miembro",
	"{} with both weights": "{1} con ambos pesos",
	"{} with the lower metric": "{1} con la métrica menor",
	"it must be unreachable, blackhole or default; unreachable is used, as in mwan3":
		"debe ser unreachable, blackhole o default; se usa unreachable, como en mwan3",
	"it has no use_policy, and mwan3 skips it, too": "no tiene use_policy, y mwan3 también la omite",
	"it takes effect: mwan3 ignores rules with names longer than {} characters":
		"tiene efecto: mwan3 ignora las reglas con nombres de más de {1} caracteres",
	"the rule is written switched off, as without its {} it would match too much":
		"la regla se escribe desactivada, pues sin su {1} coincidiría con demasiado",
	"it must be any, ipv4 or ipv6": "debe ser any, ipv4 o ipv6",
	"polywan knows no protocol of that name; write its number":
		"polywan no conoce ningún protocolo con ese nombre; escriba su número",
	"no condition: it names every address": "ninguna condición: nombra todas las direcciones",
	"it is not an address or network": "no es una dirección ni una red",
	"it is not a port, a range or a list of them": "no es un puerto, un rango ni una lista de ellos",
	"list {}, for tcp and udp: other protocols have no ports":
		"list {1}, para tcp y udp: otros protocolos no tienen puertos",
	"polywan does not take it": "polywan no lo acepta",
	"it was: the rule is not sticky": "ya era así: la regla no es persistente",
	"connections of one source cannot be held on one uplink":
		"las conexiones de un origen no se pueden mantener en un enlace",
	"it belongs to sticky": "pertenece a sticky",
	"the time a source is held cannot be set": "no se puede fijar cuánto se mantiene un origen",
	"the default: logging is off in mwan3's globals":
		"el valor por defecto: logging está desactivado en globals de mwan3",
	"rules cannot log": "las reglas no pueden registrar",
	"there is no such policy; mwan3 cannot load its rules with it":
		"no existe esa política; mwan3 no puede cargar sus reglas con ella",
	"no rule uses it": "ninguna regla lo usa",
	"polywan fills no sets: dnsmasq or the firewall can (config ipset in their files)":
		"polywan no llena conjuntos: dnsmasq o el cortafuegos pueden (config ipset en sus archivos)",
	"option {}; the set must be filled elsewhere, such as by dnsmasq or the firewall":
		"opción {1}; el conjunto debe llenarse en otro lugar, como dnsmasq o el cortafuegos",
	"rules cannot match a named set": "las reglas no pueden usar un conjunto con nombre",
	"list {} of rule '{}'": "list {1} de la regla «{2}»",
	"list {} with the set's entries": "list {1} con las entradas del conjunto",
	"list domain of rule '{}'": "list domain de la regla «{1}»",
	"list domain with the set's domains": "list domain con los dominios del conjunto",
	"part of the rule, which holds what the set held":
		"parte de la regla, que contiene lo que tenía el conjunto",
	"connections go to port 53, which public resolvers have open":
		"las conexiones van al puerto 53, que los servidores públicos tienen abierto",
	"none of its addresses can be probed; public resolvers are":
		"no se puede sondear ninguna de sus direcciones; se sondean servidores públicos",
	"option probing 'off': it had no addresses to test":
		"option probing 'off': no tenía direcciones que probar",
	"list target with https://, any certificate will do":
		"list target con https://, vale cualquier certificado",
	"polywan cannot probe this way; pings are sent": "polywan no puede sondear así; se envían pings",
	"list target with {}://": "list target con {1}://",
	"its IP version is not the one of the interface": "su versión de IP no es la de la interfaz",
	"{} probes go to addresses, and this is none": "las sondas {1} van a direcciones, y esto no lo es",
	"the gateway cannot be a target; its neighbour entry is watched all the same":
		"la puerta de enlace no puede ser objetivo; su entrada de vecino se vigila igualmente",
	"one missed ping starts a burst of as many as the line's usual loss asks for":
		"un ping perdido inicia una ráfaga de tantos como pida la pérdida habitual de la línea",
	"a burst within milliseconds decides instead of a number of tests":
		"decide una ráfaga en milisegundos en vez de un número de pruebas",
	"it must be ipv4 or ipv6; ipv4 is used, as in mwan3": "debe ser ipv4 o ipv6; se usa ipv4, como en mwan3",
	"probing is frugal with this interval; a miss is followed up within milliseconds":
		"con este intervalo el sondeo es frugal; una pérdida se comprueba en milisegundos",
	"probing is frugal: every 7 s, and a miss is followed up within milliseconds":
		"el sondeo es frugal: cada 7 s, y una pérdida se comprueba en milisegundos",
	"probing is normal: every 0.7 s with small pings, below 52 byte/s":
		"el sondeo es normal: cada 0,7 s con pings pequeños, menos de 52 bytes/s",
	"the pace of probing decides how often a line that is down is tested":
		"el ritmo de sondeo decide cada cuánto se prueba una línea caída",
	"the wait for an answer follows the round-trip times measured, up to timeout_cap (1 s)":
		"la espera sigue las latencias medidas, hasta timeout_cap (1 s)",
	"a line is used again after it answered for recovery_time (3 s, longer when it fails often)":
		"una línea se vuelve a usar tras responder durante recovery_time (3 s, más si falla a menudo)",
	"option use_degraded '0' and its thresholds": "option use_degraded '0' y sus umbrales",
	"it was: without check_quality mwan3 does not look at it": "ya era así: sin check_quality mwan3 no lo mira",
	"option {} does not take it": "la opción {1} no lo acepta",
	"a line is used at once and tested within its first second":
		"una línea se usa de inmediato y se prueba en su primer segundo",
	"pings carry 8 bytes, to spare the line": "los pings llevan 8 bytes, para no cargar la línea",
	"option payload takes 8 to 1400 bytes": "la opción payload acepta de 8 a 1400 bytes",
	"option ipv6_nat does not take it": "la opción ipv6_nat no lo acepta",
	"one answering target proves that a line works; targets that fail alone are noticed and no longer trusted":
		"un objetivo que responde demuestra que la línea funciona; los que fallan solos se notan y dejan de contar",
	"probes have the system's usual time to live": "las sondas tienen el tiempo de vida habitual del sistema",
	"what always happens: a dead uplink's own connections go at once":
		"lo que ocurre siempre: las conexiones de un enlace caído se quitan de inmediato",
	"connections stay where they are when a line returns; none is cut":
		"las conexiones se quedan donde están cuando vuelve una línea; no se corta ninguna",
	"mwan3 knows no such event": "mwan3 no conoce tal evento",
	"only the first globals section counts, and that is '{}'":
		"solo cuenta la primera sección globals, que es «{1}»",
	"mwan3 has no sections of type {}": "mwan3 no tiene secciones de tipo {1}",
	"without an IPv6 interface polywan leaves IPv6 to the main routing table; mwan3 made it unreachable where a rule's policy had no IPv6 member":
		"sin interfaz IPv6 polywan deja IPv6 a la tabla principal; mwan3 lo hacía inalcanzable donde la política de una regla no tenía miembro IPv6",
	"no policy uses the member": "ninguna política usa el miembro",
	"the IPv6 side of uplink '{}'": "el lado IPv6 del enlace «{1}»",
	"it has no members: rules that use it go to {}, as in mwan3":
		"no tiene miembros: las reglas que la usan van a {1}, como en mwan3",
	"it is called '{}', as '{}' means something else to polywan":
		"se llama «{1}», porque «{2}» significa otra cosa para polywan",
	"polywan's option {} is left out: it {+}": "se omite la opción {1} de polywan: {2}",
	"as polywan's {} it {+}": "como {1} de polywan: {2}",
	"it is not a whole number": "no es un número entero",
	"mwan3 has no such option in a section of type {}": "mwan3 no tiene tal opción en una sección de tipo {1}",
	"the kernel does not forward IPv{}: nothing from the LAN reaches any uplink":
		"el kernel no reenvía IPv{1}: nada de la LAN llega a ningún enlace",
	"sysctl -w {}=1, and the same in /etc/sysctl.d/ to keep it":
		"sysctl -w {1}=1, y lo mismo en /etc/sysctl.d/ para conservarlo",
	"rp_filter is strict on {}: answers that come in there are dropped unless main's best route leads back by it":
		"rp_filter es estricto en {1}: las respuestas que entran por ahí se descartan salvo que la mejor ruta de la tabla principal vuelva por él",
	"sysctl -w net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.{}.rp_filter=0 (2, loose, will do as well)":
		"sysctl -w net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.{1}.rp_filter=0 (2, laxo, también vale)",
	"{} of {} places for connections are taken: when none is left, new ones fail":
		"{1} de {2} plazas para conexiones están ocupadas: cuando no quede ninguna, las nuevas fallarán",
	"sysctl -w net.netfilter.nf_conntrack_max={}; `polywan connections --sort age` shows who has them":
		"sysctl -w net.netfilter.nf_conntrack_max={1}; `polywan connections --sort age` muestra quién las tiene",
	"an ip rule of another program looks at the mark {}/{}, which overlaps polywan's {}":
		"una regla ip de otro programa mira la marca {1}/{2}, que se solapa con {3} de polywan",
	"give the other program a mask without those bits, or set option mark_mask of globals to bits it leaves free":
		"dé al otro programa una máscara sin esos bits, o ponga la opción mark_mask de globals en bits que deje libres",
	"the kernel is not as it should be: {}": "el kernel no está como debería: {1}",
	"polywan diff shows everything; polywan events says what could not be put back":
		"polywan diff lo muestra todo; polywan events dice qué no se pudo reponer",
	"/etc/config/network has no interface {}: the uplink is never up":
		"/etc/config/network no tiene interfaz {1}: el enlace nunca está activo",
	"make the interface, or name the right one: uci add_list polywan.{}.interface=…":
		"cree la interfaz o nombre la correcta: uci add_list polywan.{1}.interface=…",
	"no metric": "ninguna métrica",
	"the same metric {}": "la misma métrica {1}",
	"{} have {+}: the main table keeps one of their default routes, and whatever does not go by polywan depends on which":
		"{1} tienen {2}: la tabla principal conserva una de sus rutas por defecto, y lo que no pasa por polywan depende de cuál",
	"the firewall's own rules (table inet fw4) are gone: private addresses are not masqueraded, and nothing keeps the Internet out":
		"faltan las reglas del propio cortafuegos (tabla inet fw4): las direcciones privadas no se enmascaran y nada protege de Internet",
	"{} is in no firewall zone: the firewall forwards nothing to it":
		"{1} no está en ninguna zona del cortafuegos: este no le reenvía nada",
	"add it to the zone wan: uci add_list firewall.@zone[1].network=… ; uci commit firewall; reload_config":
		"añádala a la zona wan: uci add_list firewall.@zone[1].network=… ; uci commit firewall; reload_config",
	"zone {} of {} does not masquerade: private addresses leave as they are and get no answer":
		"la zona {1} de {2} no enmascara: las direcciones privadas salen tal cual y no reciben respuesta",
	"option masq '1' in zone {} of /etc/config/firewall, unless the provider routes your addresses":
		"option masq '1' en la zona {1} de /etc/config/firewall, salvo que el proveedor enrute sus direcciones",
	"hardware flow offloading is on: connections of an uplink that dies are taken back up to two seconds later than others, and what passes in hardware is missing in what is counted: heavy rules, usage of hosts, limits of quotas, least_used and overflow":
		"la descarga de flujos por hardware está activa: las conexiones de un enlace caído se recuperan hasta dos segundos más tarde, y lo que pasa por hardware no se cuenta: reglas heavy, uso por equipo, límites de cuotas, least_used y overflow",
	"flow offloading is on: connections of an uplink that dies move as others do, but offloaded packets meet no rules: limits of quotas and usage of hosts miss them":
		"la descarga de flujos está activa: las conexiones de un enlace caído se mueven como las demás, pero los paquetes descargados no pasan por reglas: los límites de cuotas y el uso por equipo no los ven",
	"the uplink is a tunnel whose far end is not known: its own packets may be sent into itself, and stay with a dead uplink below it":
		"el enlace es un túnel cuyo extremo remoto no se conoce: sus propios paquetes pueden entrar en él mismo y quedarse con un enlace caído debajo",
	"give its address: uci add_list polywan.{}.endpoint=…; uci commit polywan; reload_config":
		"indique su dirección: uci add_list polywan.{1}.endpoint=…; uci commit polywan; reload_config",
	"the name server {} of {} is asked over {}: it may refuse, and another provider sees what is asked":
		"al servidor de nombres {1} de {2} se le pregunta por {3}: puede negarse, y otro proveedor ve lo que se pregunta",
	"a rule for it: uci set polywan.dns_{}=rule; option dest_ip '{}', option dest_port '53', option target '{}'":
		"una regla para ello: uci set polywan.dns_{1}=rule; option dest_ip '{2}', option dest_port '53', option target '{3}'",
	"the daemon does not answer": "el servicio no responde",
	"/etc/init.d/polywan enable; /etc/init.d/polywan start; logread -e polywan says why it ended":
		"/etc/init.d/polywan enable; /etc/init.d/polywan start; logread -e polywan dice por qué terminó",
	"polywan is switched off: nothing is balanced": "polywan está desactivado: no se reparte nada",
	"the last change of the kernel failed: {+}": "el último cambio del kernel falló: {1}",
	"polywan script prints what is applied; the daemon goes on trying":
		"polywan script muestra lo que se aplica; el servicio sigue intentándolo",
	"polywan help options explains every option; polywan check tests the file":
		"polywan help options explica cada opción; polywan check comprueba el archivo",
	"{} is active: it routes the same connections by rules of its own":
		"{1} está activo: dirige las mismas conexiones con sus propias reglas",
	"{} starts at boot: it routes the same connections by rules of its own":
		"{1} arranca con el router: dirige las mismas conexiones con sus propias reglas",
	"/etc/init.d/{} stop; /etc/init.d/{} disable; polywan import mwan3 takes its configuration over":
		"/etc/init.d/{1} stop; /etc/init.d/{2} disable; polywan import mwan3 adopta su configuración",
	"{} is missing: no certificate can be checked by it, and https targets count as dead":
		"falta {1}: no se puede comprobar ningún certificado, y los objetivos https cuentan como caídos",
	"opkg install ca-bundle (apk add ca-bundle), or name another file in the target: https://…#ca=/path":
		"opkg install ca-bundle (apk add ca-bundle), o indique otro archivo en el objetivo: https://…#ca=/ruta",
	"none of its targets answers ({}): {+}": "ninguno de sus objetivos responde ({1}): {2}",
	"polywan ping {} {} tells whether the line or the choice of targets is to blame":
		"polywan ping {1} {2} dice si la culpa es de la línea o de los objetivos elegidos",
	"no answer from {}; the other targets answer": "sin respuesta de {1}; los demás objetivos responden",
	"list target of the uplink: name what answers over this line, by this method":
		"list target del enlace: indique algo que responda por esta línea con este método",
	"its quota is used up and it is slowed down, except for connections that flow offloading took":
		"su cuota está agotada y se ralentiza, salvo las conexiones descargadas",
	"its quota is used up and it is slowed down": "su cuota está agotada y se ralentiza",
	"polywan usage {} tells when the quota begins anew; polywan usage set {} <received> <sent> puts right what was counted":
		"polywan usage {1} dice cuándo empieza la cuota de nuevo; polywan usage set {2} <recibido> <enviado> corrige lo contado",
};
