# Agenda as a container: not root, works with a read-only file system (a tmpfs at /tmp), data of the embedded database in /data.
FROM node:24-slim AS build
WORKDIR /agenda
COPY package.json package-lock.json ./
# Without scripts: they fetch or link databases and runtimes that only tests need.
RUN npm ci --ignore-scripts
COPY docs docs
COPY src src
COPY migrations migrations
COPY README.md CHANGELOG.md CONTRIBUTING.md ./
RUN node docs/site/build.js && npm prune --omit=dev --ignore-scripts

FROM node:24-slim
ENV NODE_ENV=production AGENDA_HOST=0.0.0.0 AGENDA_DATA=/data NODE_COMPILE_CACHE=/tmp/compile-cache
WORKDIR /agenda
COPY --from=build /agenda/node_modules node_modules
COPY --from=build /agenda/docs/_site docs/_site
COPY package.json ./
COPY migrations migrations
COPY public public
COPY src src
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 8080
# /readyz also answers 503 while the process drains.
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s CMD ["node", "-e", "fetch('http://127.0.0.1:8080/readyz').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--max-semi-space-size=8", "--max-old-space-size=512", "--v8-pool-size=1", "src/start.js"]
CMD ["start"]
