using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace EdgeOrleans.Api;

/// <summary>
/// Reads bodies into arrays of their own. Memory follows the bytes that have arrived and not the length that was
/// announced: a client that announces much and sends little holds little.
/// </summary>
internal sealed class RequestBodies(ApiOptions options, RequestBytes bytes, IServiceStatus status)
{
    /// <summary>A body up to this long gets its whole array at once.</summary>
    private const int FirstArrayBytes = 64 * 1024;

    /// <summary>Each further array is so many times larger: 1 MiB is copied a third more than once in all.</summary>
    private const int Growth = 4;

    private static readonly ApiError TooSlow = new(
        ErrorKind.RequestTimeout, "the request body came too slowly; nothing was written");

    // The server's exceptions for it: BadHttpRequestException for most, a plain IOException for a chunk size out of bounds.
    private static readonly ApiError Broken = new(
        ErrorKind.InvalidBody, "the request body ended early or its chunks are malformed; nothing was written");

    private readonly ApiError _tooLarge = new(
        ErrorKind.BodyTooLarge, $"the request body is larger than the limit of {options.MaxBodyBytes} bytes (Http:MaxBodyBytes)");

    private readonly ApiError _tooManyInFlight = new(
        ErrorKind.Unavailable, $"request bodies in flight have reached the limit of {options.MaxRequestBytesInFlight} bytes (Http:MaxRequestBytesInFlight); try again");

    private static readonly ApiError MemoryIsShort = new(
        ErrorKind.Unavailable, $"memory is short (Memory:BudgetBytes), so bodies of more than {FirstArrayBytes} bytes are not taken now; try again");

    private readonly ApiError _tooLate = new(
        ErrorKind.RequestTimeout, $"the request body did not arrive within {options.BodyTimeoutMs} ms (Http:BodyTimeoutMs); nothing was written");

    /// <summary>Reads the body of a request to its end.</summary>
    public async ValueTask<RequestBody> Read(HttpContext context)
    {
        var announced = context.Request.ContentLength;
        if (announced > options.MaxBodyBytes)
        {
            // Not read at all, so that a client that asked with Expect: 100-continue never sends it.
            return RequestBody.Refused(_tooLarge);
        }

        var reader = context.Request.BodyReader;
        var array = Array.Empty<byte>();
        var length = 0;
        CancellationTokenSource? deadline = null;
        try
        {
            while (true)
            {
                if (!reader.TryRead(out var read))
                {
                    deadline ??= new CancellationTokenSource(options.BodyTimeoutMs);
                    read = await reader.ReadAsync(deadline.Token);
                }

                var error = Append(read, (int?)announced, ref array, ref length);
                reader.AdvanceTo(read.Buffer.End);
                if (error is not null)
                {
                    bytes.Return(array.Length);
                    return RequestBody.Refused(error);
                }

                if (read.IsCompleted)
                {
                    return RequestBody.Whole(array, length);
                }
            }
        }
        catch (OperationCanceledException) when (deadline is { IsCancellationRequested: true })
        {
            bytes.Return(array.Length);
            return RequestBody.Refused(_tooLate);
        }
        catch (IOException fault)
        {
            bytes.Return(array.Length);
            return RequestBody.Refused(fault is BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } ? TooSlow : Broken);
        }
        catch
        {
            bytes.Return(array.Length);
            throw;
        }
        finally
        {
            deadline?.Dispose();
        }
    }

    private ApiError? Append(in ReadResult read, int? announced, ref byte[] array, ref int length)
    {
        var arrived = length + read.Buffer.Length;
        if (arrived > options.MaxBodyBytes)
        {
            return _tooLarge;
        }

        if (arrived > array.Length)
        {
            var size = read.IsCompleted ? (int)arrived : NextSize((int)arrived, array.Length, announced);
            if (size > FirstArrayBytes && array.Length <= FirstArrayBytes && status.IsMemoryShort)
            {
                return MemoryIsShort;
            }

            if (!bytes.TryTake(size - array.Length))
            {
                return _tooManyInFlight;
            }

            var larger = GC.AllocateUninitializedArray<byte>(size);
            array.AsSpan(0, length).CopyTo(larger);
            array = larger;
        }

        read.Buffer.CopyTo(array.AsSpan(length));
        length = (int)arrived;
        return null;
    }

    private int NextSize(int needed, int size, int? announced) =>
        announced is { } whole
            ? Math.Min(whole, Math.Max(needed, Math.Max(FirstArrayBytes, size * Growth)))
            : Math.Min(options.MaxBodyBytes, Math.Max(needed, size * Growth));
}
