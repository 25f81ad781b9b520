# needs: sqlalchemy
"""SQLAlchemy after many sessions, and more statements than its cache of statements takes."""

from __future__ import annotations

import innocent
import sqlalchemy
from sqlalchemy.orm import Session, declarative_base

Base = declarative_base()


class User(Base):
    """A row."""

    __tablename__ = "user"
    id = sqlalchemy.Column(sqlalchemy.Integer, primary_key=True)
    name = sqlalchemy.Column(sqlalchemy.String)
    age = sqlalchemy.Column(sqlalchemy.Integer)


ENGINE = sqlalchemy.create_engine("sqlite://")
Base.metadata.create_all(ENGINE)
for i in range(1200):
    innocent.work(i)
    with Session(ENGINE) as session:
        session.add(User(name=f"user {i}", age=i % 90))
        session.commit()
        columns = [User.id, User.name, User.age][: 1 + i % 3]
        labelled = [column.label(f"c{i % 900}") for column in columns]
        session.execute(sqlalchemy.select(*labelled).where(User.age == i % 90).limit(3)).all()
