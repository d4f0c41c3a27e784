vcl 4.1;
# Varnish for finwait probe, before the sound server, as a proxy alone.
backend default { .host = "VARNISH_HOST"; .port = "VARNISH_PORT"; }
sub vcl_recv { if (req.method == "POST" || req.method == "GET") { return (pass); } }
