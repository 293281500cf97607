"""What the views work with: the database, one engine per campaign, the tokens, the pictures. One per application."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from flask import current_app

from cocokit.campaign.channels import ChannelRecord, find_channel
from cocokit.campaign.desk import Figures, Standing, campaign_by_id, standing, typical_seconds
from cocokit.campaign.engine import Engine
from cocokit.campaign.opening import open_database
from cocokit.domain.stages import Stage
from cocokit.pipeline.leases import Clock, SteadyClock

from .config import Config
from .counters import Counters
from .measured import Measured
from .pictures import Pictures
from .plans import Plans
from .shown import Showing
from .simulating import Simulations
from .tiles import Tiles
from .tokens import Tokens
from .told import Told

#: For how long the typical times of a campaign's stages are good, s.
_TYPICAL_S = 60.0
#: For how long what a channel says is good, s.
_CHANNEL_S = 5.0


@dataclass
class Site:
    """The application's own state.

    Attributes:
        config: where everything is.
        clock: tells the time.
        tokens, pictures, tiles, measured, simulations, told, counters: made from the config, or empty.
    """

    config: Config
    clock: Clock = field(default_factory=SteadyClock)

    def __post_init__(self) -> None:
        assert self.config.secret is not None
        self.database = open_database(self.config.database)
        self.tokens = Tokens(self.config.secret)
        self.measured, self.told = Measured(), Told()
        self.simulations = Simulations(Plans(self.config.workspace).folder)
        self.counters = Counters(os.path.join(self.config.cache, "requests"), self.config.secret)
        self.pictures = Pictures(self.config.images, self.config.cache, self.config.most_pixels)
        self.tiles = Tiles(self.pictures)
        self._engines: dict[int, Engine] = {}
        self._typical: dict[int, tuple[float, dict[Stage, float]]] = {}
        self._channels: dict[tuple[int, str], tuple[float, ChannelRecord]] = {}
        self._lock = threading.Lock()

    def engine(self, campaign_id: int) -> Engine:
        """The engine of a campaign; raises NotFoundError if there is none."""
        found = self._engines.get(campaign_id)
        if found is not None:
            return found
        campaign = campaign_by_id(self.database, campaign_id)
        made = Engine(self.database, campaign.record.name, clock=self.clock)
        if campaign.record.launched_at is not None:  # a draft may still change
            with self._lock:
                made = self._engines.setdefault(campaign_id, made)
        return made

    def channel(self, campaign_id: int, name: str) -> ChannelRecord:
        """A channel as it was within the last seconds: every request of a worker asks for theirs."""
        key, now = (campaign_id, name), time.monotonic()
        at, found = self._channels.get(key, (0.0, None))
        if found is None or now - at >= _CHANNEL_S:
            found = find_channel(self.database, campaign_id, name)
            self._channels[key] = now, found
        return found

    def forget_channel(self, campaign_id: int, name: str) -> None:
        """A channel was changed."""
        self._channels.pop((campaign_id, name), None)

    def showing(self, engine: Engine) -> Showing:
        """How assignments of a campaign are shown now."""
        campaign = engine.campaign
        root = current_app.config["COCOKIT_ROOT"]
        now, told = self.clock.now(), self.told
        return Showing(self.tokens, self.pictures, root, campaign, now, told.guidance(engine),
                       lambda category, image: told.examples(engine, category, image))  # fmt: skip

    def me(self, engine: Engine, did: Figures, before: int = 0, most: int | None = None) -> dict[str, Any]:
        """What a worker did, as their page shows it.

        Args:
            engine: of the campaign.
            did: what they did.
            before: how many answers they had when their visit began.
            most: how many answers a visit is for, or None.
        """
        return {
            "answers_today": did.answers_today, "answers": did.answers, "cents": did.cents,
            "typical_s": self.typical(engine), "page": did.answers - before + 1, "of": most,
        }  # fmt: skip

    def typical(self, engine: Engine) -> dict[Stage, float]:
        """Seconds that an answer takes, by stage; measured anew every minute."""
        key, now = engine.campaign.id, time.monotonic()
        at, found = self._typical.get(key, (-_TYPICAL_S, {}))
        if now - at >= _TYPICAL_S or not found:
            found = typical_seconds(engine)
            self._typical[key] = now, found
        return found

    def standing(self, engine: Engine, worker_id: int) -> Standing:
        """Why there is no task for a worker."""
        return standing(engine, worker_id)

    def close(self) -> None:
        """Close the database, and let go of files."""
        self.counters.close()
        self.database.close()


def site() -> Site:
    """The state of the application that answers this request."""
    found: Site = current_app.extensions["cocokit"]
    return found
