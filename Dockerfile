# Kinebridge behind its own PostgreSQL and a proxy; see compose.yaml and docs/running.md.
# Built in two steps, so that no build tools are shipped.
FROM python:3.11-slim-bookworm AS build
WORKDIR /src
COPY pyproject.toml constraints.txt README.md ./
COPY app app
COPY alembic alembic
RUN python -m venv /opt/kinebridge && /opt/kinebridge/bin/pip install --no-cache-dir -c constraints.txt '.[cjk]'
# What is in it: a CycloneDX list of every Python package with its version, at /opt/kinebridge/sbom.json.
COPY deploy/sbom.sh deploy/
RUN python -m venv /opt/sbom && /opt/sbom/bin/pip install --no-cache-dir -c constraints.txt cyclonedx-bom \
    && sh deploy/sbom.sh /opt/sbom/bin/cyclonedx-py /opt/kinebridge/bin/python /opt/kinebridge/sbom.json

FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="Kinebridge" \
      org.opencontainers.image.description="Opens Cliniko patients as clients, and files exercise programs back in Cliniko" \
      org.opencontainers.image.version="0.6.0" \
      org.opencontainers.image.documentation="docs/running.md"
RUN useradd --no-create-home --no-log-init --uid 10001 --user-group --home-dir /nonexistent --shell /usr/sbin/nologin kinebridge
COPY --from=build /opt/kinebridge /opt/kinebridge
ENV PATH=/opt/kinebridge/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
EXPOSE 8000
# /healthz, not /readyz: that the database is away or the queue stands still is mended by no restart of this process.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=3)"]
CMD ["kinebridge", "serve", "--host", "0.0.0.0", "--port", "8000"]
