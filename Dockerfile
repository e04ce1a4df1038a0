# The web server and the worker of まちGIS; the database is an image of its own (docker-compose.yml).

FROM node:22-bookworm-slim AS browser
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund

FROM python:3.13-slim-bookworm AS python
WORKDIR /app
COPY requirements-tools.lock requirements.lock ./
RUN python -m venv /tools \
 && /tools/bin/pip install --no-cache-dir --require-hashes -r requirements-tools.lock \
 && /tools/bin/uv venv --no-project --python python3.13 /app/.venv \
 && /tools/bin/uv pip sync --no-cache --require-hashes --python /app/.venv/bin/python requirements.lock

FROM python:3.13-slim-bookworm
RUN apt-get update \
 && apt-get install -y --no-install-recommends fonts-noto-cjk libexpat1 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --create-home --home-dir /var/lib/machi-gis machigis
WORKDIR /app
COPY --from=python /app/.venv ./.venv
COPY --from=browser /app/node_modules ./node_modules
COPY layers ./layers
COPY ogc_api ./ogc_api
COPY tile_cache ./tile_cache
COPY etl ./etl
COPY gis_server ./gis_server
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONPATH=/app GIS_HOME=/var/lib/machi-gis
USER machigis
VOLUME /var/lib/machi-gis
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "gis_server.wsgi:application"]
