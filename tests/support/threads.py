"""What tests do beside themselves, in threads that end with a `with`."""

import contextlib
import socketserver
import threading
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def serving(server: socketserver.TCPServer) -> Iterator[str]:
    """Lets `server` answer until the end, and closes it; gives its address. Who leaves early is no error."""
    server.handle_error = lambda *_: None
    with server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            host, port = server.server_address[:2]
            yield f"{host}:{port}"
        finally:
            server.shutdown()
            thread.join()


@contextlib.contextmanager
def working(work: Callable[[threading.Event], None]) -> Iterator[None]:
    """Does `work` until the end: it returns soon after its argument is set."""
    stopping = threading.Event()
    thread = threading.Thread(target=work, args=(stopping,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()
