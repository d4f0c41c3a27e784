vcl 4.1;
# Varnish for finwait probe, before the sound server, as a proxy alone.
backend default { .host = "127.0.0.1"; .port = "8089"; }
sub vcl_recv { if (req.method == "POST" || req.method == "GET") { return (pass); } }
sub vcl_backend_fetch { set bereq.http.Connection = "close"; } # idle ones would count as its own
