# needs: sqlalchemy
"""SQLAlchemy with one table and some rows written."""

from __future__ import annotations

import sqlalchemy
from sqlalchemy.orm import Session, declarative_base

Base = declarative_base()


class User(Base):
    """A row."""

    __tablename__ = "user"
    id = sqlalchemy.Column(sqlalchemy.Integer, primary_key=True)
    name = sqlalchemy.Column(sqlalchemy.String)


ENGINE = sqlalchemy.create_engine("sqlite://")
Base.metadata.create_all(ENGINE)
for i in range(200):
    with Session(ENGINE) as session:
        session.add(User(name=f"user {i}"))
        session.commit()
