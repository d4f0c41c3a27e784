// node's http server, with its defaults: node app.js PORT
const large = Buffer.alloc(8000000);
require("http").createServer((request, response) => {
    const length = Number(request.headers["content-length"] || 0);
    if (request.url === "/upload" && length > 100000) {
        response.statusCode = 413;
        response.end("too large\n");
    } else if (request.url === "/slow") {
        setTimeout(() => response.end("slow\n"), 1000);
    } else {
        response.end(request.url === "/large" ? large : "hello\n");
    }
}).listen(Number(process.argv[2]));
