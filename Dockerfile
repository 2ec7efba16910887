# Kinebridge behind its own PostgreSQL; see compose.yaml. Built in two steps so that no build tools are shipped.
FROM python:3.11-slim AS build
WORKDIR /src
COPY pyproject.toml README.md ./
COPY app app
COPY alembic alembic
RUN python -m venv /opt/kinebridge && /opt/kinebridge/bin/pip install --no-cache-dir '.[cjk]'

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin kinebridge
COPY --from=build /opt/kinebridge /opt/kinebridge
ENV PATH=/opt/kinebridge/bin:$PATH PYTHONUNBUFFERED=1
USER kinebridge
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=2)"]
CMD ["kinebridge", "serve", "--host", "0.0.0.0", "--port", "8000"]
