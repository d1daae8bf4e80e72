using Orleans.CodeGeneration;

namespace EdgeOrleans;

/// <summary>
/// Tries a grain call again that no grain has carried out, because its silo has gone or is stopping, or because the collection is moving:
/// some time later the grain is on another. For the members of a cluster and for its Orleans clients.
/// </summary>
/// <remarks>
/// What reads is repeated after every rejection. A write is not, when it may have been made: made twice it could undo another client's that
/// came in between. Between silos a rejection by Orleans itself means that the call was never begun: no connection could be made, or the
/// silo took no more calls; all others of Orleans' failures are ambiguous (the call was on its way when the connection broke). To a client
/// it means the same unless a gateway's connection has broken meanwhile: Orleans sends what is under way once more then, and the rejection
/// may be of the second alone. A call that timed out is left alone, because whoever waits for it has waited long enough.
/// </remarks>
/// <param name="time">For the time between two tries.</param>
/// <param name="stopping">
/// Whether this process, when it is a silo, was asked to stop. Its own grains are given up then and not waited for: whoever called them
/// tries again elsewhere.
/// </param>
internal sealed class CallRetries(TimeProvider time, CancellationToken stopping = default) : IOutgoingGrainCallFilter
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(400);

    // Longer than it takes until a silo whose machine lost power is given up.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(8);

    /// <summary>
    /// A client's connections; <see langword="null"/> in a silo, whose own callers see to it that a call answered with
    /// <see cref="RefusalCode.Overtaken"/> is made again.
    /// </summary>
    public GatewayConnections? Gateways { get; init; }

    /// <inheritdoc/>
    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var began = time.GetTimestamp();
        var ended = Gateways?.Ended ?? 0;
        for (var wait = FirstWait; ; wait = wait * 2 < LongestWait ? wait * 2 : LongestWait)
        {
            try
            {
                await context.Invoke();
                if (!(IsOvertaken(context) && MayBeMadeAgain(context, ended) && HasTime(began, wait)))
                {
                    return;
                }
            }
            catch (OrleansMessageRejectionException fault) when (MayRepeat(context, fault, ended) && HasTime(began, wait))
            {
            }
            catch (RefusedException refused) when (IsOvertaken(refused.Refusal) && MayBeMadeAgain(context, ended) && HasTime(began, wait))
            {
            }

            await Task.Delay(wait, time);
        }
    }

    private bool HasTime(long began, TimeSpan wait) => time.GetElapsedTime(began) + wait < Limit;

    // Orleans' own calls have their own ways.
    private bool MayRepeat(IOutgoingGrainCallContext context, OrleansMessageRejectionException fault, long ended) =>
        !context.TargetId.IsSystemTarget() && !context.TargetId.IsClient()
        && !(stopping.IsCancellationRequested && context.SourceContext is not null)
        && (Reads(context) || fault is not SiloUnavailableException) && MayBeMadeAgain(context, ended);

    /// <summary>Whether making it again, after a word that it was not carried out, cannot undo anything: it only reads, or was sent once.</summary>
    private bool MayBeMadeAgain(IOutgoingGrainCallContext context, long ended) => Reads(context) || Gateways?.HaveBrokenSince(ended) != true;

    /// <summary>Whether all that a batch asks for was left undone, and some of it because the collection is moving.</summary>
    private bool IsOvertaken(IOutgoingGrainCallContext context) =>
        Gateways is not null && context.Result is WriteResult[] results
        && Array.TrueForAll(results, static result => result.Refusal is not null) && Array.Exists(results, result => IsOvertaken(result.Refusal!));

    private bool IsOvertaken(Refusal refusal) => Gateways is not null && refusal.Code == RefusalCode.Overtaken;

    private static bool Reads(IOutgoingGrainCallContext context) =>
        context.Request is IRequest request && (request.Options & InvokeMethodOptions.ReadOnly) != 0;
}
