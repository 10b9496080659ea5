# Two images of one product. `web` serves students, and does not contain the reference solutions: what is
# not there can't leak. `job` adds them; it runs once per release, migrates and publishes answer keys.
# The last stage is `web`, so that a build without --target can't make the secret one by accident.

ARG PYTHON=3.11.14-slim-bookworm

FROM python:${PYTHON} AS packages
COPY requirements.lock /tmp/requirements.lock
# Every file is checked against the lock. The compiler's leavings and pip itself stay in this stage.
RUN python -m venv --without-pip /opt/venv \
    && python -m pip --python /opt/venv/bin/python install --no-cache-dir --disable-pip-version-check \
       --no-deps --require-hashes --only-binary :all: -r /tmp/requirements.lock \
    && /opt/venv/bin/python -m compileall -q /opt/venv

FROM python:${PYTHON} AS product
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    GRADER_ENV=production \
    GRADER_PROBLEMS_DIR=/srv/grader/problems \
    GRADER_INSTANCE_DIR=/var/lib/grader
# The numbers are stated so that the owner of a volume stays the same from release to release.
RUN groupadd --gid 10001 grader \
    && useradd --uid 10001 --gid grader --no-create-home --home-dir /nonexistent \
       --shell /usr/sbin/nologin grader \
    && install --directory --owner grader --group grader --mode 0750 /var/lib/grader
COPY --from=packages /opt/venv /opt/venv
WORKDIR /srv/grader
# Owned by root: the service can read its own code and not change it.
COPY problems/ problems/
COPY migrations/ migrations/
COPY grader/ grader/
# The files come with the modes of the builder's own tree, which may be closed to others. A command takes
# twice as long to start where it has to compile our modules first, and no process of ours can write here.
RUN python -m compileall -q /srv/grader/grader /srv/grader/migrations && chmod -R a+rX /srv/grader

FROM product AS job
COPY reference/ reference/
RUN python -m compileall -q /srv/grader/reference && chmod -R a+rX /srv/grader/reference
USER 10001:10001
CMD ["/bin/sh", "-ec", "python -m grader db upgrade; python -m grader keys publish; python -m grader policy publish"]

FROM product AS web
USER 10001:10001
EXPOSE 8109
# Asked under the public name, since the service refuses others; http.client, since urllib would go through
# a proxy that the machine may have.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import http.client, os, sys, urllib.parse\nhost = urllib.parse.urlsplit(os.environ.get('GRADER_BASE_URL', '')).netloc or 'localhost'\nasking = http.client.HTTPConnection('127.0.0.1', 8109, timeout=4)\nasking.request('GET', '/readyz', headers={'Host': host})\nsys.exit(asking.getresponse().status != 200)"]
CMD ["python", "-m", "grader", "serve", "--host", "0.0.0.0", "--port", "8109"]
