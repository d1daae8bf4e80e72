namespace EdgeOrleans.Api;

/// <summary>Why a request, or one operation of a batch, is not carried out.</summary>
internal sealed record ApiError(ErrorKind Kind, string Message)
{
    public static ApiError Of(Refusal refusal) => new(ErrorKind.Of(refusal.Code), refusal.Message);
}
