using EdgeOrleans.Simulation.Judgement;

namespace EdgeOrleans.Simulation;

/// <summary>Calls that a world has begun, each in turns of one actor, and the first of their failures.</summary>
internal sealed class Calls(Turns turns, string actorName)
{
    private readonly Turns.Actor _actor = turns.NewActor(actorName);

    /// <summary>How many are under way.</summary>
    public int UnderWay { get; private set; }

    /// <summary>How the first of those that failed did; <see langword="null"/> while none has.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Begins one.</summary>
    public void Begin(Func<Task> call)
    {
        UnderWay++;
        _actor.Post(() => _ = ToEnd());

        async Task ToEnd()
        {
            try
            {
                await call();
            }
#pragma warning disable CA1031 // The world looks at it after the turn.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                Failure ??= fault;
            }
            finally
            {
                UnderWay--;
            }
        }
    }

    /// <summary>Throws the first failure, if there is one.</summary>
    public void ThrowFailure()
    {
        if (Failure is not null)
        {
            throw Failure as OracleException ?? new OracleException($"a call ended with {Failure}");
        }
    }

    /// <summary>Throws unless all have ended, well, and without work on another thread.</summary>
    public void RequireAllEnded()
    {
        ThrowFailure();
        if (UnderWay > 0 || turns.HasLeftThread)
        {
            throw new OracleException($"{UnderWay} calls did not end; {(turns.HasLeftThread ? "work has left the thread" : "")}");
        }
    }
}
